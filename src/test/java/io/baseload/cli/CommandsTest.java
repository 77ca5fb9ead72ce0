package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The commands on a tiny model: the result on the last line, as text and as JSON, and the exit codes. */
class CommandsTest {
    private static final String TINY = TestModels.tiny().toString();

    @TempDir
    private Path folder;

    @Test
    void inspectSaysWhatIsInAFile() {
        CommandRun run = CommandRun.of("inspect", TINY);
        assertThat(run.code()).isZero();
        assertThat(run.lastLine()).startsWith("llama, gguf, ").endsWith(" bytes");
        JsonNode json = CommandRun.of("inspect", "--json", TINY).json();
        assertThat(json.at("/model/layers").asInt()).isEqualTo(3);
        assertThat(json.at("/memory/weights").asLong()).isPositive();
        JsonNode plain = CommandRun.of("inspect", "--json", "--kv", "f32", TINY).json();
        assertThat(plain.at("/memory/kvCache").asLong())
                .isEqualTo(2 * json.at("/memory/kvCache").asLong());
    }

    @Test
    void inspectShowsTheShardsOfAModel() {
        assertThat(CommandRun.of("inspect", TINY, "--shards", "2").out()).contains("shard 1 ", "replicated");
        assertBad("from 1 to 64", "inspect", TINY, "--shards", "0");
        assertBad("from 1 to 64", "inspect", TINY, "--shards", "100000");
    }

    @Test
    void inspectListsTheTensorsOfOtherFiles() {
        for (String name : new String[] {"valid.gguf", "valid.safetensors"}) {
            CommandRun run = CommandRun.of(
                    "inspect", TestModels.resource("hostile").resolve(name).toString());
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.lastLine()).matches(name.substring(6) + ", [12] tensors, \\d+ bytes");
        }
    }

    @Test
    void hostileFilesAreBadInput() {
        Path hostile = TestModels.resource("hostile");
        assertBad(
                "at byte 127",
                "inspect",
                hostile.resolve("range-past-end.safetensors").toString());
        assertBad(
                "posix.system", "inspect", hostile.resolve("code-in-pickle.bin").toString());
        assertBad(
                "at byte 55",
                "inspect",
                hostile.resolve("index-path-escape/model.safetensors.index.json")
                        .toString());
    }

    @Test
    void importEndsWithTheIdThatOtherCommandsTake() {
        System.setProperty("baseload.home", folder.toString());
        try {
            CommandRun run = CommandRun.of("import", TINY, "--quantize", "keep");
            assertThat(run.code()).as(run.err()).isZero();
            String id = run.lastLine();
            assertThat(folder.resolve("models").resolve(id)).isDirectory();
            CommandRun inspected = CommandRun.of("inspect", "--verify", id.substring(0, 12));
            assertThat(inspected.code()).as(inspected.err()).isZero();
            assertThat(inspected.out()).contains("all checksums are right");
            assertBad("quantization must be keep", "bench", id, "--quantize", "q8", "--repeat", "1");
            assertBad("exclude each other", "bench", id, "--turns", "--speculation");
            assertBad("--collectives, --profile,", "bench", id, "--collectives", "--turns");
            String[] ask = {"generate", "", "--prompt", "The", "--max-tokens", "5", "--json"};
            ask[1] = id;
            JsonNode stored = CommandRun.of(ask).json();
            ask[1] = TINY;
            assertThat(stored.get("text")).isEqualTo(CommandRun.of(ask).json().get("text"));
            assertBad("begins like this", "inspect", "0123456789");
        } finally {
            System.clearProperty("baseload.home");
        }
    }

    @Test
    void aSourceThatIsChangedDuringItsImportIsBadInput() throws IOException {
        Path source = Files.copy(TestModels.tiny(), folder.resolve("changed.gguf"));
        var out = new StringWriter() {
            @Override
            public void flush() {
                if (toString().contains(" %")) { // the conversion has begun, so the source's checksum is known
                    assertThat(source.toFile().setLastModified(0)).isTrue();
                }
            }
        };
        var err = new StringWriter();
        System.setProperty("baseload.home", folder.toString());
        try {
            int code = Main.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute("import", source.toString());
            assertThat(code).as(err + "\n" + out).isEqualTo(2);
            assertThat(err.toString()).contains("changed.gguf: was changed while it was imported: import it again");
            assertThat(folder.resolve("models/sources")).doesNotExist();
        } finally {
            System.clearProperty("baseload.home");
        }
    }

    @Test
    void quantizeWritesAFolder() {
        String target = folder.resolve("small").toString();
        CommandRun run = CommandRun.of("quantize", TINY, target, "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("quantization").asString()).isEqualTo("q4");
        assertThat(CommandRun.of("tokenize", target, "--text", "A river").code())
                .isZero();
        assertBad("is not empty", "quantize", TINY, target);
        assertBad(
                "--quantize must be one of",
                "quantize",
                TINY,
                folder.resolve("x").toString(),
                "--quantize",
                "q3");
        assertBad("no checksums", "inspect", "--verify", TINY);
    }

    @Test
    void tokenizeReadsAFoldersTokenizer() {
        String yuan = TestModels.resource("words/yuan2").toString();
        assertThat(CommandRun.of("tokenize", yuan, "--text", "x<eod>y").lastLine())
                .isEqualTo("87 381 88");
        assertThat(CommandRun.of("tokenize", yuan, "--plain", "--text", "x<eod>y")
                        .lastLine())
                .doesNotContain("381");
        assertBad("has no tokenizer", "tokenize", folder.toString(), "--text", "x");
    }

    /** In a process whose files may not grow beyond 1 MiB. */
    @Test
    void aFailedQuantizationLeavesNothing() throws Exception {
        Path target = folder.resolve("target");
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f 1024; exec \"$@\"",
                        "bash",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "quantize",
                        TestModels.smolLm2().toString(),
                        target.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(2);
        assertThat(output).contains(target + " can't be written: File too large");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void aFileOfAFolderIsNoModel() {
        Path weights = TestModels.resource("architectures/tiny-mixtral").resolve("model.safetensors");
        assertBad("is a part of a model: name its folder", "import", weights.toString());
    }

    @Test
    void keepsAModelThatItsConfigCallsQuantized() throws IOException {
        Path whole = TestModels.resource("architectures/tiny-mixtral");
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.copy(whole.resolve("model.safetensors"), source.resolve("model.safetensors"));
        String config = Files.readString(whole.resolve("config.json"));
        String quantized = "{\"quantization_config\": {\"quant_method\": \"mxfp4\"},";
        Files.writeString(source.resolve("config.json"), config.replaceFirst("\\{", quantized));
        String target = folder.resolve("kept").toString();
        assertThat(CommandRun.of("quantize", source.toString(), target).out()).contains("quantize: keep");
    }

    @Test
    void weightsWithoutATokenizerAreStillAModel() {
        String source = TestModels.resource("architectures/tiny-mixtral").toString();
        assertThat(CommandRun.of("inspect", source).code()).isZero();
        String target = folder.resolve("packed").toString();
        assertThat(CommandRun.of("quantize", source, target).code()).isZero();
        assertThat(CommandRun.of("inspect", "--verify", target).code()).isZero();
        assertBad("has no tokenizer", "generate", target, "--prompt", "x");
    }

    @Test
    void aModelThatNobodyCouldAskIsNotImported() throws IOException {
        Path whole = TestModels.resource("architectures/tiny-mixtral");
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.copy(whole.resolve("model.safetensors"), source.resolve("model.safetensors"));
        Files.copy(whole.resolve("config.json"), source.resolve("config.json"));
        System.setProperty("baseload.home", folder.toString());
        try {
            assertBad("has no tokenizer", "import", source.toString());
            Path tokenizer = source.resolve("tokenizer.json");
            Files.writeString(tokenizer, "{\"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"vocab\": {\"a");
            assertBad("tokenizer.json", "import", source.toString());
            Files.writeString(tokenizer, "{\"added_tokens\": [], \"model\": {\"type\": \"WordLevel\", \"vocab\": []}}");
            assertBad("model is a WordLevel", "import", source.toString());
            Files.writeString(
                    tokenizer,
                    "{\"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}}");
            Files.writeString(source.resolve("chat_template.jinja"), "{% if %}");
            CommandRun run = CommandRun.of("import", source.toString(), "--quantize", "keep");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("warning: chat template, line 1");
            try (var models = Files.list(folder.resolve("models"))) {
                assertThat(models.filter(model -> model.getFileName().toString().length() == 64))
                        .hasSize(1);
            }
        } finally {
            System.clearProperty("baseload.home");
        }
    }

    @Test
    void tokenizeEndsWithTheIds() {
        CommandRun run = CommandRun.of("tokenize", TINY, "--text", "A river carries the market");
        assertThat(run.code()).isZero();
        assertThat(run.lastLine()).isEqualTo("32 363 329 267 313 260 362");
        JsonNode json = CommandRun.of("tokenize", TINY, "--json", "--text", "A river carries the market")
                .json();
        assertThat(json.get("count").asInt()).isEqualTo(7);
    }

    @Test
    void generateNamesFormatsThatItDoesNotEnforce() throws IOException {
        Path schema = folder.resolve("schema.json");
        Files.writeString(schema, "{\"type\": \"string\", \"format\": \"postal-code\"}");
        String[] ask = {"generate", TINY, "--prompt", "A", "--max-tokens", "4", "--schema", schema.toString()};
        assertThat(CommandRun.of(ask).out()).contains("not enforced: postal-code");
        String[] inJson = Stream.concat(Stream.of(ask), Stream.of("--json")).toArray(String[]::new);
        assertThat(CommandRun.of(inJson).json().at("/unenforcedFormats/0").asString())
                .isEqualTo("postal-code");
    }

    @Test
    void generateStreamsAndEndsWithTheRates() {
        CommandRun run = CommandRun.of("generate", TINY, "--prompt", "The lighthouse", "--max-tokens", "5");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.lastLine())
                .matches("prefill [\\d.]+ tokens/s \\(\\d+ tokens\\), decode [\\d.]+ tokens/s \\(5 tokens\\)");
        JsonNode json = CommandRun.of(
                        "generate",
                        TINY,
                        "--chat",
                        "Hi",
                        "--max-tokens",
                        "5",
                        "--seed",
                        "7",
                        "--temperature",
                        "1",
                        "--json")
                .json();
        assertThat(json.at("/usage/completion").asInt()).isBetween(1, 5);
        assertThat(json.get("finishReason").asString()).isIn("stop", "length");
    }

    @Test
    void theSameSeedGivesTheSameText() {
        String[] args = {
            "generate", TINY, "--prompt", "A", "--max-tokens", "8", "--temperature", "1", "--seed", "3", "--json"
        };
        assertThat(CommandRun.of(args).json().get("text"))
                .isEqualTo(CommandRun.of(args).json().get("text"));
    }

    @Test
    void benchMeasuresEachCombination() {
        CommandRun run = CommandRun.of(
                "bench",
                TINY,
                "--json",
                "--threads",
                "1,2",
                "--prompt",
                "8,16",
                "--decode",
                "4",
                "--repeat",
                "1",
                "--warm-up",
                "0");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode runs = run.json().get("runs");
        assertThat(runs).hasSize(4);
        assertThat(runs)
                .allMatch(one -> one.at("/prefillTps/median").asDouble() > 0
                        && one.at("/decodeTps/min").asDouble() > 0
                        && one.get("rooflineFraction").asDouble() > 0
                        && one.at("/stepMillis/p50").asDouble()
                                <= one.at("/stepMillis/p99").asDouble());
    }

    @Test
    void speculationChangesNoAnswer() {
        String[] args = {"generate", TestModels.smolLm2().toString(), "--prompt", "A B C D A B C D", "--max-tokens"};
        String text = text(args, "24");
        assertThat(text(args, "24", "--no-speculation")).isEqualTo(text);
    }

    private static String text(String[] args, String... more) {
        CommandRun run = CommandRun.of(Stream.of(args, more, new String[] {"--json"})
                .flatMap(Stream::of)
                .toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return run.json().get("text").asString();
    }

    @Test
    void benchShowsWhatSpeculationBrings() {
        JsonNode results = speculation();
        // how many drafts are made depends on what they cost here and now: a crowded machine may show it later
        for (int more = 0; more < 20 && results.get(0).get("accepted").asLong() == 0; more++) {
            results = speculation();
        }
        assertThat(results)
                .extracting(result -> result.get("answers").asString())
                .containsExactly("repetitive", "ordinary");
        assertThat(results).allMatch(result -> result.at("/ratio/median").asDouble() > 0);
        assertThat(results.get(0).get("accepted").asLong()).isPositive();
    }

    private static JsonNode speculation() {
        CommandRun run = CommandRun.of(
                "bench", TestModels.smolLm2().toString(), "--json", "--speculation", "--decode", "32", "--repeat", "1");
        assertThat(run.code()).as(run.err()).isZero();
        return run.json().get("speculation");
    }

    @Test
    void benchMeasuresTheSecondTurnOfAChat() {
        CommandRun run = CommandRun.of("bench", TINY, "--json", "--turns", "--prompt", "64", "--repeat", "2");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("runs")).isEmpty();
        JsonNode turns = run.json().at("/turns/0");
        assertThat(turns.get("prompt").asInt()).isEqualTo(64);
        assertThat(turns.get("second").asInt()).isGreaterThan(64);
        assertThat(turns.get("cached").asInt()).isGreaterThanOrEqualTo(64);
        assertThat(turns.at("/firstMillis/min").asDouble()).isPositive();
        assertThat(turns.at("/percent/median").asDouble()).isPositive();
    }

    @Test
    void benchDecodesSequencesTogetherInSeveralFormats() {
        CommandRun run = CommandRun.of(
                "bench",
                TINY,
                "--json",
                "--threads",
                "1",
                "--prompt",
                "8",
                "--decode",
                "4",
                "--repeat",
                "1",
                "--batch",
                "1,3",
                "--quantize",
                "keep,q8",
                "--warm-up",
                "0",
                "--profile");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode runs = run.json().get("runs");
        assertThat(runs)
                .extracting(
                        one -> one.get("quantize").asString() + one.get("batch").asInt())
                .containsExactly("keep1", "keep3", "q81", "q83");
        assertThat(run.json().get("profiles")).hasSize(4);
        assertThat(run.json().at("/profiles/0/decode/attention").asDouble()).isPositive();
    }

    @Test
    void badInputIsOneLineThatNamesIt() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.gguf"), "GGML and nothing else in this file");
        assertBad("broken.gguf: at byte 0", "inspect", broken.toString());
        assertBad(
                "missing.gguf: no such file or folder",
                "generate",
                folder.resolve("missing.gguf").toString(),
                "--prompt",
                "x");
        assertBad("--bad", "bench", "--bad");
        assertBad("--prompt", "generate", TINY);
        assertBad("--threads", "bench", TINY, "--threads", "0");
        assertBad("--batch", "bench", TINY, "--batch", "0");
        assertBad("--warm-up", "bench", TINY, "--warm-up", "-1");
        assertBad("--quantize must be one of keep", "bench", TINY, "--quantize", "q3");
        assertBad("must be one of f32, f16, q8, not q4", "generate", TINY, "--prompt", "x", "--kv", "q4");
        assertBad("--temperature", "generate", TINY, "--prompt", "x", "--temperature", "hot");
        assertBad("--temperature must be from 0 to 2", "generate", TINY, "--prompt", "x", "--temperature", "-1");
        assertBad("--max-tokens must be 1 or more", "generate", TINY, "--prompt", "x", "--max-tokens", "0");
        assertBad("--threads must be 0 or more", "generate", TINY, "--prompt", "x", "--threads", "-1");
        assertBad("prompt", "generate", TINY, "--prompt", "");
        assertBad("must be at most the model's own", "bench", TINY, "--prompt", "100000", "--repeat", "1");
        Path latin1 = Files.write(folder.resolve("latin1.jinja"), new byte[] {(byte) 0xe4, '\n'});
        assertBad("is not UTF-8 text", "generate", TINY, "--chat", "x", "--chat-template", latin1.toString());
        assertBad("no such file", "generate", TINY, "--chat", "x", "--chat-template", folder + "/missing.jinja");
        assertBad("/proc/self/mem", "perplexity", TINY, "--windows", "/proc/self/mem");
        assertBad("nonsense", "nonsense");
    }

    @Test
    void helpAndVersion() {
        assertThat(CommandRun.of("--help").out())
                .contains(
                        "serve",
                        "inspect",
                        "import",
                        "quantize",
                        "generate",
                        "tokenize",
                        "grammar",
                        "bench",
                        "perplexity");
        assertThat(CommandRun.of("bench", "--version").out()).startsWith("baseload ");
        assertThat(CommandRun.of("help", "serve").out()).contains("--server.port=9000");
    }

    @Test
    void servesWhereNoCommandIsGiven() {
        assertThat(ServeCommand.isMeantBy(new String[] {})).isTrue();
        assertThat(ServeCommand.isMeantBy(new String[] {"--server.port=1"})).isTrue();
        assertThat(ServeCommand.isMeantBy(new String[] {"serve", "--server.port=1"}))
                .isTrue();
        assertThat(ServeCommand.isMeantBy(new String[] {"serve", "--help"})).isFalse();
        assertThat(ServeCommand.isMeantBy(new String[] {"bench"})).isFalse();
    }

    private static void assertBad(String named, String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(named);
    }
}
