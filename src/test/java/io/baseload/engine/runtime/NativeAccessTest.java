package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A JVM that denies native access says which flag is missing, as often as an engine is opened. */
class NativeAccessTest {
    @Test
    void theMissingFlagIsNamed() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--illegal-native-access=deny",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenMain.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines())
                .as(output)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .isEqualTo("This JVM denies native access, which the engine needs:"
                                + " start Java with --enable-native-access=ALL-UNNAMED"));
    }

    /** Opens an engine twice, in a process of its own. */
    static final class OpenMain {
        public static void main(String[] args) {
            for (int opened = 0; opened < 2; opened++) {
                try {
                    Engine.open(new EngineOptions(1, false)).close();
                } catch (IllegalStateException denied) {
                    System.out.println(denied.getMessage());
                }
            }
        }
    }
}
