package io.baseload.engine.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Fuzzes PyTorch's zip files and the pickles in them. */
@Tag("fuzz")
class PyTorchFuzzTest {
    private static final Fuzzed FUZZED = new Fuzzed(".bin");

    @FuzzTest(maxDuration = "10m")
    void opens(byte[] file) throws IOException {
        FUZZED.check(file);
    }
}
