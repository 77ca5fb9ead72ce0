package io.baseload.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CpuClaimsTest {
    /** No machine has these, so nobody else claims them. */
    private static final List<Integer> CPUS = List.of(1_000_001, 1_000_002, 1_000_003);

    /** What the other process runs: claims two of them, says which, and keeps them until its input ends. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) throws IOException {
            try (CpuClaims claims = CpuClaims.of(CPUS, 2)) {
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

    @Test
    void aCpuBelongsToOneProcess() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        folder(CpuClaims.class) + File.pathSeparator + folder(Other.class),
                        Other.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
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
