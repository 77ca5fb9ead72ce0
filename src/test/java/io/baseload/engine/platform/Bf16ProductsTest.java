package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class Bf16ProductsTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    /** The log line belongs to the processors that the library is for. */
    @Test
    void saysOnceThatTheLibraryIsMissing() throws Exception {
        String output = kind(Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                .filter(entry -> !entry.contains("dnnl"))
                .collect(Collectors.joining(File.pathSeparator)));
        assertThat(output.lines().filter(line -> line.contains("oneDNN (org.bytedeco:dnnl")))
                .as(output)
                .hasSize(Processor.hasBf16Tiles() ? 1 : 0)
                .allSatisfy(line -> assertThat(line).endsWith("without the processor's tiles for BF16 (AMX)"));
        assertThat(output).contains("without the library");
    }

    /** It has 90 MB, which other processors need not unpack. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theLibraryIsLoadedOnlyOnProcessorsWithTiles() throws Exception {
        String output = kind(CLASS_PATH);
        assertThat(output.contains("libdnnl is loaded")).as(output).isEqualTo(Processor.hasBf16Tiles());
    }

    /** What a process of its own says. */
    private static String kind(String classPath) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        KindMain.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Each worker of each loaded model has one. */
    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void aStreamLivesAsLongAsItsArena() {
        for (int i = 0; i < 3; i++) {
            MemorySegment stream;
            try (Arena arena = Arena.ofConfined()) {
                stream = OneDnn.stream(arena);
                assertThat(stream.scope()).isEqualTo(arena.scope());
            }
            assertThat(stream.scope().isAlive()).isFalse();
        }
    }

    /** Asks twice. */
    static final class KindMain {
        public static void main(String[] args) throws IOException {
            for (int asked = 0; asked < 2; asked++) {
                if (Bf16Products.kind().isEmpty()) {
                    System.out.println("without the library");
                }
            }
            Path mappings = Path.of("/proc/self/maps");
            if (Files.exists(mappings) && Files.readString(mappings).contains("libdnnl")) {
                System.out.println("libdnnl is loaded");
            }
        }
    }
}
