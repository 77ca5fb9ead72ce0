package io.baseload.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.MINUTES)
class CpuClaimsTest {
    /** No machine has these, and no other process claims them. */
    private static final List<Integer> CPUS = cpus((int) ProcessHandle.current().pid());

    private static List<Integer> cpus(int pid) {
        int first = 1_000_000 + 10 * pid;
        return List.of(first, first + 1, first + 2);
    }

    /** What the other process runs: claims two of them, says which, and keeps them until its input ends. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) throws IOException {
            try (CpuClaims claims = CpuClaims.of(cpus(Integer.parseInt(args[0])), 2)) {
                System.out.println(claims.cpus());
                System.in.read();
            }
        }
    }

    @Test
    void aCpuBelongsToOneTeam() {
        try (CpuClaims first = CpuClaims.of(CPUS, 2)) {
            assertEquals(CPUS.subList(0, 2), first.cpus());
            try (CpuClaims second = CpuClaims.of(CPUS, 3)) {
                assertEquals(CPUS.subList(2, 3), second.cpus());
            }
            try (CpuClaims third = CpuClaims.of(CPUS, 2)) {
                assertEquals(CPUS.subList(2, 3), third.cpus());
            }
        }
        try (CpuClaims again = CpuClaims.of(CPUS, 2)) {
            assertEquals(CPUS.subList(0, 2), again.cpus());
        }
    }

    private static String folder(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /** @param folder for temporary files */
    private static Process other(String folder) throws IOException, URISyntaxException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        folder(CpuClaims.class) + File.pathSeparator + folder(Other.class),
                        Other.class.getName(),
                        Long.toString(ProcessHandle.current().pid()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Another user may have made it, to keep the process from starting. */
    @Test
    void aPipeInPlaceOfTheFileIsLeftAlone(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("baseload-cpus.lock");
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", pipe.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
        Process other = other(folder.toString());
        try (BufferedReader said = other.inputReader()) {
            assertEquals("[]", said.readLine());
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aCpuBelongsToOneProcess() throws Exception {
        Process other = other(System.getProperty("java.io.tmpdir"));
        try (BufferedReader said = other.inputReader()) {
            assertEquals(CPUS.subList(0, 2).toString(), said.readLine());
            try (CpuClaims ours = CpuClaims.of(CPUS, 3)) {
                assertEquals(CPUS.subList(2, 3), ours.cpus());
            }
            other.getOutputStream().close();
            other.waitFor();
            try (CpuClaims ours = CpuClaims.of(CPUS, 3)) {
                assertEquals(CPUS, ours.cpus());
            }
        } finally {
            other.destroyForcibly();
        }
    }
}
