package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class IntegerProductsTest {
    /** The log line belongs to the machines that the library is for. */
    @Test
    void saysOnceThatTheLibraryIsMissing() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("dnnl"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        KindMain.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        boolean forHere = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        assertThat(output.lines().filter(line -> line.contains("oneDNN (org.bytedeco:dnnl")))
                .as(output)
                .hasSize(forHere ? 1 : 0)
                .allSatisfy(line -> assertThat(line).endsWith("so prompts are multiplied without it"));
        assertThat(output).contains("without the library");
    }

    /** Each worker of each loaded model has one. */
    @Test
    void aStreamLivesAsLongAsItsArena() {
        boolean here = IntegerProducts.kind().isPresent();
        for (int i = 0; here && i < 3; i++) {
            MemorySegment stream;
            try (Arena arena = Arena.ofConfined()) {
                stream = OneDnn.stream(arena);
                assertThat(stream.scope()).isEqualTo(arena.scope());
            }
            assertThat(stream.scope().isAlive()).isFalse();
        }
    }

    /** Asks twice, in a process of its own. */
    static final class KindMain {
        public static void main(String[] args) {
            for (int asked = 0; asked < 2; asked++) {
                if (IntegerProducts.kind().isEmpty()) {
                    System.out.println("without the library");
                }
            }
        }
    }
}
