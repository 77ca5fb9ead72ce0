package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PerplexityCommandTest {
    private static final String TINY = TestModels.tiny().toString();
    private static final int[][] WINDOWS = {ids(0, 70), ids(1, 70), ids(2, 70)};

    @TempDir
    private Path folder;

    private static int[] ids(int seed, int count) {
        return IntStream.range(0, count)
                .map(i -> (i * 37 + seed * 101 + i * i) % 256)
                .toArray();
    }

    /** {@code input_ids} of I32. */
    private Path windows() throws IOException {
        byte[] header = "{\"input_ids\":{\"dtype\":\"I32\",\"shape\":[3,70],\"data_offsets\":[0,840]}}"
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 840).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        for (int[] window : WINDOWS) {
            for (int id : window) {
                bytes.putInt(id);
            }
        }
        return Files.write(folder.resolve("windows.safetensors"), bytes.array());
    }

    @Test
    void sumsTheLogProbabilitiesOfEachWindowsTokens() throws Exception {
        JsonNode report = CommandRun.of(
                        "perplexity", TINY, "--windows", windows().toString(), "--json")
                .json();
        double sum = 0;
        try (Engine engine = Engine.open(EngineOptions.defaults());
                LoadedModel model =
                        engine.load(TestModels.tiny(), LoadOptions.named("tiny").withPrecision(Precision.EXACT))) {
            for (int i = 0; i < WINDOWS.length; i++) {
                double nll = nll(model, WINDOWS[i]);
                assertThat(report.get("nll").get(i).asDouble()).isCloseTo(nll, within(1e-3));
                sum += nll;
            }
        }
        assertEquals(Math.exp(sum / (3 * 69)), report.get("perplexity").asDouble(), 1e-3);
        assertThat(report.get("tokens").asInt()).isEqualTo(3 * 69);
        assertThat(report.get("against").isNull()).isTrue();
    }

    private static double nll(LoadedModel model, int[] ids) throws Exception {
        var sink = new CollectingSink();
        model.generate(
                new GenerationRequest(
                        ids,
                        0,
                        SamplingOptions.greedy(),
                        Set.of(),
                        0,
                        true,
                        Optional.empty(),
                        Lease.unlimited(),
                        FlowId.NONE,
                        CacheScope.PRIVATE),
                sink);
        sink.await();
        return -sink.prompt().stream().mapToDouble(SampledToken::logprob).sum();
    }

    @Test
    void comparesWithAnotherModel() throws IOException {
        String windows = windows().toString();
        JsonNode same = CommandRun.of("perplexity", TINY, "--windows", windows, "--against", TINY, "--json")
                .json();
        assertThat(same.at("/against/meanKl").asDouble()).isCloseTo(0, within(1e-9));
        assertThat(same.at("/against/agreement").asDouble()).isEqualTo(1);
        assertThat(same.at("/against/perplexity").asDouble())
                .isEqualTo(same.get("perplexity").asDouble());
        CommandRun coarse = CommandRun.of(
                "perplexity", TINY, "--kv", "q8", "--windows", windows, "--against", TINY, "--limit", "2");
        assertThat(coarse.code()).isZero();
        assertThat(coarse.out()).contains("window 1: 69 tokens, nll ").doesNotContain("window 2");
        assertThat(coarse.out()).containsPattern("mean KL: 0\\.0*[1-9]").contains("top-1 agreement: ");
        assertThat(coarse.lastLine()).matches("perplexity: \\d+\\.\\d{4}");
    }

    @Test
    void cutsTextsIntoWindows() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "A river carries the market. ".repeat(9));
        CommandRun run = CommandRun.of("perplexity", TINY, "--windows", text.toString(), "--window", "30");
        assertThat(run.out()).startsWith("window 0: 29 tokens, nll ").contains("window 2: ");
        assertThat(run.lastLine()).startsWith("perplexity: ");
    }

    @Test
    void refusesWhatIsNoTextToMeasureOn() throws IOException {
        Path text = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xE4, 'b'});
        Path empty = Files.createFile(folder.resolve("empty.txt"));
        assertBad("is not UTF-8 text", text.toString());
        assertBad("has fewer than two tokens", empty.toString());
        assertBad("is not a file", folder.toString());
        Path other = Files.copy(windows(), folder.resolve("copy.safetensors"));
        byte[] bytes = Files.readAllBytes(other);
        bytes[bytes.length - 1] = 0x7F;
        Files.write(other, bytes);
        assertBad("prompt must have ids from 0 to", other.toString());
    }

    private static void assertBad(String named, String windows) {
        CommandRun run = CommandRun.of("perplexity", TINY, "--window", "64", "--windows", windows);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(named);
    }

    @Test
    void exponentialsAreThoseOfTheJdk() {
        for (double x = 0; x > -690; x -= 0.37) {
            assertEquals(1, Distribution.exp(x) / Math.exp(x), 1e-12);
        }
        assertEquals(0, Distribution.exp(-1e9), 1e-300);
        assertThat(Distribution.exp(Double.NaN)).isNaN();
    }
}
