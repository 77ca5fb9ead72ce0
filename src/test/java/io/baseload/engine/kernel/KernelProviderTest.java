package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class KernelProviderTest {
    /** Runs in a JVM of its own. */
    static final class Main {
        public static void main(String[] args) {
            System.out.println(
                    Kernels.best().name() + ", again: " + Kernels.best().name());
        }
    }

    @Test
    void theVectorTwinRunsWhereItsModuleIs() {
        assertTrue(Kernels.best().name().startsWith("vector"), Kernels.best().name());
    }

    @Test
    void withoutTheModuleTheScalarTwinRunsWithOneWarningThatGivesTheFlag() throws Exception {
        String output = run();
        assertTrue(output.contains("scalar, again: scalar"), output);
        assertEquals(2, output.split("--add-modules jdk.incubator.vector", -1).length, output);
    }

    private static String run() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), output);
        return output;
    }
}
