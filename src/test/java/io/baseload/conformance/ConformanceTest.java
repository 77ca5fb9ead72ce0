package io.baseload.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConformanceTest {
    /** The service would load it in fewer; a suite must not pass for a number in which nothing was computed. */
    @Test
    void aModelThatCanNotBeCutIntoSoManyShardsFails() throws IOException {
        var out = new ByteArrayOutputStream();
        String folder = TestModels.reference("llama").toString();
        int code = Conformance.run(
                List.of("--shards", "100000", folder), new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("FAIL  llama in 100000 shards  0 of ")
                .contains("can't be cut into 100000");
        assertThat(code).isEqualTo(1);
    }
}
