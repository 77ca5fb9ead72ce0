package io.baseload.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/baseload serve} with another program in the service's place. */
class LauncherTest {
    private static final int OUT_OF_MEMORY = 3;

    @TempDir
    private Path folder;

    @Test
    void aServiceThatRunsOutOfMemoryEndsAndWhatItWroteIsItsOwnersAlone() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String script : new String[] {"baseload", "find-jdk"}) {
            Files.copy(Path.of("bin", script), bin.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        jar(Files.createDirectories(folder.resolve("target")).resolve("baseload-0-exec.jar"));
        var command =
                new ProcessBuilder("bash", "-c", "umask 0; exec bin/baseload serve --a").directory(folder.toFile());
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        command.environment().put("BASELOAD_JAVA_OPTS", "-Xmx32m");
        Process service = command.inheritIO().start();
        try {
            assertThat(service.waitFor(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES))
                    .isTrue();
            assertThat(service.exitValue()).isEqualTo(OUT_OF_MEMORY);
        } finally {
            service.destroyForcibly();
        }
        Path written = folder.resolve("written");
        assertThat(written).hasContent("serve --a");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written)))
                .isEqualTo("rw-------");
    }

    private static void jar(Path file) throws Exception {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, MemoryEater.class.getName());
        String name = MemoryEater.class.getName().replace('.', '/') + ".class";
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest);
                InputStream program = MemoryEater.class.getResourceAsStream("/" + name)) {
            jar.putNextEntry(new JarEntry(name));
            program.transferTo(jar);
        }
    }
}
