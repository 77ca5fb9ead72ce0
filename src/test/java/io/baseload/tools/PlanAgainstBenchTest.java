package io.baseload.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Quantization;
import io.baseload.tools.PlanAgainstBench.Comparison;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A plan counts the same bytes as the model that then runs; how fast it runs is no test's business. */
class PlanAgainstBenchTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "layers=8,hidden=128,heads=4,kv_heads=2,feed_forward=256,vocabulary=512,experts=4,chosen=2; NF4_DQ; 1",
                "layers=8,hidden=128,heads=4,feed_forward=256,vocabulary=512,family=yuan; Q8; 2"
            })
    void theBytesOfAPlanAreThoseOfTheRun(String shape, Quantization kind, String shards) throws IOException {
        Comparison both = PlanAgainstBench.of(shape, kind, folder, 1, 8, 4, "--threads", "2", "--shards", shards)
                .getFirst();
        JsonNode plan = both.plan();
        JsonNode roofline = both.bench().get("roofline");
        assertThat(plan.get("kv_bytes_per_token").asLong())
                .isEqualTo(roofline.get("kvBytesPerToken").asLong());
        long read = plan.get("step_read_bytes").asLong() - plan.get("kv_bytes").asLong();
        assertThat(read).isEqualTo(roofline.get("weightBytes").asLong());
        assertThat(plan.at("/shards/count").asString()).isEqualTo(shards);
        assertThat(both.bench().at("/decodeTps/max").asDouble()).isPositive();
    }
}
