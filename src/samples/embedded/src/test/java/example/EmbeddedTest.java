package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The starter as an application of somebody else sees it. */
class EmbeddedTest {
    private static final String MODEL = System.getProperty("model");
    private static final String VECTOR = "jdk.incubator.vector";

    @Test
    void answersByCallStreamAndClient() throws Exception {
        List<String> output = run(
                List.of("--add-modules=" + VECTOR, "--enable-native-access=ALL-UNNAMED"),
                "--spring.ai.baseload.chat.model=" + MODEL);
        String call = line(output, "call: ");
        assertTrue(call.contains("Paris"), call);
        assertEquals(call, line(output, "stream: "));
        assertEquals(call, line(output, "client: "));
        assertTrue(List.of("stop", "length").contains(line(output, "reason: ")));
        assertTrue(Integer.parseInt(line(output, "tokens: ")) <= 8);
        assertFalse(
                output.stream().anyMatch(l -> l.contains("Start Java with --add-modules")),
                () -> String.join("\n", output));
    }

    @Test
    void answersWithoutTheVectorModuleAndSaysSoOnce() throws Exception {
        List<String> output = run(
                List.of("--enable-native-access=ALL-UNNAMED"), "--brief", "--spring.ai.baseload.chat.model=" + MODEL);
        assertEquals("1", line(output, "brief tokens: "));
        List<String> warnings = output.stream().filter(l -> l.contains("WARN")).toList();
        assertEquals(1, warnings.size(), () -> String.join("\n", output));
        assertTrue(warnings.getFirst().contains("--add-modules " + VECTOR), warnings::getFirst);
    }

    @Test
    void saysWhichPropertyNamesTheModel() throws Exception {
        List<String> output = new ArrayList<>();
        assertNotEquals(0, run(List.of(), output));
        String all = String.join("\n", output);
        assertTrue(all.contains("APPLICATION FAILED TO START"), all);
        assertTrue(all.contains("set spring.ai.baseload.chat.model to the path of a GGUF file"), all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.web.servlet.DispatcherServlet",
                "org.springframework.web.context.WebApplicationContext",
                "jakarta.servlet.Servlet",
                "org.apache.catalina.startup.Tomcat",
                "org.springframework.security.core.Authentication",
                "org.springframework.jdbc.core.JdbcTemplate",
                "org.flywaydb.core.Flyway",
                "org.postgresql.Driver",
                "io.zonky.test.db.postgres.embedded.EmbeddedPostgres",
                "picocli.CommandLine",
                "io.baseload.cli.Main",
                "io.baseload.service.app.Service"
            })
    void bringsNoPartOfTheService(String name) {
        assertThrows(
                ClassNotFoundException.class,
                () -> Class.forName(name, false, getClass().getClassLoader()));
    }

    @Test
    void theJarHoldsTheLibraryOnly() throws Exception {
        Path jar = Arrays.stream(classpath().split(File.pathSeparator))
                .map(Path::of)
                .filter(p -> p.getFileName().toString().matches("baseload-\\d.*\\.jar"))
                .findFirst()
                .orElseThrow();
        try (JarFile file = new JarFile(jar.toFile())) {
            List<String> names = file.stream().map(ZipEntry::getName).toList();
            for (String prefix :
                    List.of("io/baseload/service/", "io/baseload/cli/", "db/", "models/", "application", "static/")) {
                assertTrue(names.stream().noneMatch(n -> n.startsWith(prefix)), prefix);
            }
            assertTrue(names.contains("META-INF/spring-configuration-metadata.json"));
            String metadata =
                    new String(file.getInputStream(file.getEntry("META-INF/spring-configuration-metadata.json"))
                            .readAllBytes());
            assertTrue(
                    metadata.contains("\"spring.ai.baseload.chat.model\"")
                            && metadata.contains("GGUF file of the model."),
                    metadata);
        }
    }

    private static List<String> run(List<String> flags, String... arguments) throws Exception {
        List<String> output = new ArrayList<>();
        int exit = run(flags, output, arguments);
        assertEquals(0, exit, () -> String.join("\n", output));
        return output;
    }

    private static int run(List<String> flags, List<String> output, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", "target/classes" + File.pathSeparator + classpath(), "example.Embedded"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var reader = process.inputReader()) {
            reader.lines().forEach(output::add);
        }
        return process.waitFor();
    }

    private static String classpath() throws Exception {
        return Files.readString(Path.of("target/runtime-classpath"));
    }

    private static String line(List<String> output, String start) {
        return output.stream()
                .filter(l -> l.startsWith(start))
                .map(l -> l.substring(start.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(String.join("\n", output)));
    }
}
