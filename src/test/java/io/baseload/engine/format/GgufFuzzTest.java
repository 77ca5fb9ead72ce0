package io.baseload.engine.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Fuzzes GGUF files. */
@Tag("fuzz")
class GgufFuzzTest {
    private static final Fuzzed FUZZED = new Fuzzed(".gguf");

    @FuzzTest(maxDuration = "10m")
    void opens(byte[] file) throws IOException {
        FUZZED.check(file);
    }
}
