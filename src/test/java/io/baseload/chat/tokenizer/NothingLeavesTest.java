package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tokenizers library sends usage data when it is loaded, unless that is switched off. */
class NothingLeavesTest {
    @Test
    void ourTokenizerConnectsToNothing() throws Exception {
        assertThat(load("ours")).anyMatch(l -> l.startsWith("tokens ")).noneMatch(l -> l.startsWith("wants "));
    }

    @Test
    void theBareLibraryConnectsAndIsDetected() throws Exception {
        assertThat(load("bare")).anyMatch(l -> l.startsWith("tokens ")).anyMatch(l -> l.startsWith("wants "));
    }

    private static List<String> load(String how) throws Exception {
        var command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Eavesdropper.class.getName(),
                how);
        command.environment().remove("OPT_OUT_TRACKING");
        Process process = command.redirectErrorStream(true).start();
        try (var reader = process.inputReader()) {
            List<String> lines = reader.lines().toList();
            assertThat(process.waitFor()).as("%s", lines).isZero();
            return lines;
        }
    }
}
