package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.Precision;
import io.baseload.testing.TestModels;
import io.baseload.tools.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code plan} as text, as JSON and as a picture, of files and of shapes. */
class PlanCommandTest {
    private static final String MACHINE = "sockets=2,channels=8,mts=4800,cores=16,memory_gb=256";

    @TempDir
    private Path folder;

    @Test
    void aShapeOnADescribedMachine() throws IOException {
        Path svg = folder.resolve("plan.svg");
        CommandRun run = CommandRun.of(
                "plan",
                "--shape",
                "llama-70b",
                "--format",
                "q4",
                "--machine",
                MACHINE,
                "--price-per-hour",
                "2",
                "--svg",
                svg.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("planned, with weights cut over the sockets", "socket 1", "a million decoded tokens");
        assertThat(run.lastLine()).contains("tokens/s decode", "fits", "planned");
        assertThat(Files.readString(svg)).startsWith("<svg");
    }

    @Test
    void takesTheCpusOfTheOtherCommands() {
        CommandRun run = CommandRun.of("plan", TestModels.tiny().toString(), "--machine", MACHINE, "--cpus", "none");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("cpus must be lists such as 0-3,8, not none");
    }

    @Test
    void jsonHasWhatOutsideChecksRelyOn() {
        JsonNode plan = CommandRun.of(
                        "plan", TestModels.tiny().toString(), "--machine", MACHINE, "--format", "q8", "--json")
                .json();
        for (String number : new String[] {
            "weights_bytes",
            "scales_bytes",
            "kv_bytes_per_token",
            "working_bytes",
            "decode_tokens_per_second",
            "prefill_tokens_per_second"
        }) {
            assertThat(plan.get(number).asDouble()).as(number).isPositive();
        }
        assertThat(plan.get("fits").asBoolean()).isTrue();
        assertThat(plan.get("bottleneck").asString()).isNotEmpty();
        assertThat(plan.get("per_socket")).hasSize(2);
        JsonNode shards = plan.get("shards");
        assertThat(shards.get("count").asInt()).isEqualTo(2);
        assertThat(shards.get("bytes")).hasSize(2);
        for (int socket = 0; socket < 2; socket++) {
            assertThat(plan.at("/per_socket/" + socket + "/weights_bytes").asLong())
                    .isGreaterThan(shards.at("/bytes/" + socket).asLong()); // norms, which each has
        }
        assertThat(shards.get("collectives_per_token").asInt()).isPositive();
        assertThat(shards.get("replicated").isArray()).isTrue();
    }

    @Test
    void fewerShardsThanWantedAreExplained() {
        String shape = "family=yuan,layers=2,hidden=64,heads=4,feed_forward=256,vocabulary=1000";
        CommandRun run = CommandRun.of("plan", "--shape", shape, "--shards", "6", "--machine", MACHINE);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("3 shards instead of 6, because yuan has 4 query heads.");
    }

    @Test
    void aConfigurationAloneIsEnough() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config, Files.readString(TestModels.reference("yuan2-m32").resolve("config.json")));
        CommandRun run = CommandRun.of("plan", config.toString(), "--machine", MACHINE, "--context", "128");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.lastLine()).contains("tokens/s decode");
    }

    @Test
    void theArticlesFiguresStandBesideTheArithmetic() {
        CommandRun run = CommandRun.of("plan", "--article");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("at least 2 TB/s", "20 TB/s", "four sockets against one", "1.587 GB");
        assertThat(run.lastLine()).isEqualTo("12 figures");
    }

    /** Whatever codes a file's weights have, their rate is known. */
    @ParameterizedTest
    @ValueSource(strings = {"Q4_0", "Q3_K", "Q1_0", "TQ1_0", "TQ2_0", "IQ4_NL", "IQ4_XS", "MXFP4", "NVFP4"})
    void aFileInAnyFormatOnADescribedMachine(String type) throws IOException {
        Path model = folder.resolve("model.gguf");
        RandomModel.main(new String[] {"tiny", type, model.toString()});
        CommandRun run = CommandRun.of("plan", model.toString(), "--machine", "nf8260g7");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.lastLine()).contains("tokens/s decode", "fits");
    }

    @Test
    void instructionSetsAreNamed() {
        CommandRun run =
                CommandRun.of("plan", "--shape", "llama-70b", "--format", "q4", "--machine", MACHINE + ",isa=amx");
        assertThat(run.out()).contains("kernels         bf16, AMX for prompts; int8, AVX-512 with VNNI for answers");
        assertBad("avx512, avx2, amx", "plan", "--shape", "llama-70b", "--machine", MACHINE + ",isa=mmx");
    }

    /** A machine that is measured has the kernels that the engine uses on it. */
    @Test
    void thisMachineHasItsOwnKernels() {
        JsonNode plan = CommandRun.of("plan", TestModels.tiny().toString(), "--threads", "1", "--json")
                .json();
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            KernelTiers kernels = engine.kernels(Precision.FAST);
            assertThat(plan.at("/kernels/prefill").asString()).isEqualTo(kernels.prefill());
            assertThat(plan.at("/kernels/decode").asString()).isEqualTo(kernels.decode());
        }
    }

    @Test
    void badInputIsNamed() {
        assertBad("shape", "plan", "--shape", "gpt");
        assertBad("machine.cores", "plan", "--shape", "llama-70b", "--machine", "sockets=2");
        assertBad("--format", "plan", "--shape", "llama-70b", "--format", "q3", "--machine", MACHINE);
        assertBad("precision", "plan", "--shape", "llama-70b", "--precision", "exact", "--machine", MACHINE);
        assertBad("batch", "plan", "--shape", "llama-70b", "--batch", "0", "--machine", MACHINE);
        assertBad("shards", "plan", "--shape", "llama-70b", "--shards", "0", "--machine", MACHINE);
        assertBad("from 1 to 64", "plan", "--shape", "llama-70b", "--shards", "65", "--machine", MACHINE);
        assertBad("at most", "plan", "--shape", "yuan2.0-2b", "--context", "10000", "--machine", MACHINE);
        // this machine refuses to be measured for a model so wide, which is never asked
        String wide = "layers=1,hidden=1048576,heads=1,head_dim=64,feed_forward=64,vocabulary=100";
        assertBad("machine", "plan", "--shape", wide);
        assertBad("prompt", "plan", "--shape", wide, "--prompt", "200000");
    }

    private static void assertBad(String named, String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.code()).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(run.err()).contains(named);
        assertThat(run.err().lines()).hasSize(1);
    }
}
