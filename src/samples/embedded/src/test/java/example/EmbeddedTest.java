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
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The starter, as another application sees it. */
class EmbeddedTest {
    private static final String MODEL = System.getProperty("model");
    private static final String ENCODER = System.getProperty("encoder");
    private static final String CLASSES = "target/classes";
    private static final String VECTOR = "jdk.incubator.vector";

    @Test
    void answersByCallStreamAndClient() throws Exception {
        List<String> output = run(
                List.of("--add-modules=" + VECTOR, "--enable-native-access=ALL-UNNAMED"),
                "--spring.ai.baseload.chat.model=" + MODEL);
        String call = line(output, "call: ");
        assertTrue(call.contains("Tokyo"), call);
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
        List<String> warnings = output.stream()
                .filter(l -> l.contains("WARN") && l.contains("--add-modules " + VECTOR))
                .toList();
        assertEquals(1, warnings.size(), () -> String.join("\n", output));
    }

    /** What the goal process-aot of Spring Boot's plugin does, here on the JDK of the tests, for a chat model and an encoder. */
    @Test
    void answersAsProcessedAheadOfTime(@TempDir Path aot) throws Exception {
        Path sources = aot.resolve("sources");
        Path resources = aot.resolve("resources");
        Path classes = aot.resolve("classes");
        List<String> processing = new ArrayList<>();
        int processed = java(
                List.of("-Dspring.ai.model.embedding=baseload", "-cp", CLASSES + File.pathSeparator + classpath()),
                "org.springframework.boot.SpringApplicationAotProcessor",
                processing,
                "example.Embedded",
                sources.toString(),
                resources.toString(),
                classes.toString(),
                "example",
                "embedded");
        assertEquals(0, processed, () -> String.join("\n", processing));
        compile(sources, classes);
        String hints = Files.readString(
                resources.resolve("META-INF/native-image/example/embedded/reachability-metadata.json"));
        assertTrue(hints.contains("pre-tokenizers.txt"), hints);
        assertTrue(hints.contains("io.baseload.ai.BaseloadChatProperties"), hints);
        assertTrue(hints.contains("io.baseload.ai.BaseloadEmbeddingProperties"), hints);

        List<String> output = new ArrayList<>();
        int exit = java(
                List.of(
                        "--add-modules=" + VECTOR,
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dspring.aot.enabled=true",
                        "-cp",
                        String.join(
                                File.pathSeparator, classes.toString(), resources.toString(), CLASSES, classpath())),
                "example.Embedded",
                output,
                "--brief",
                "--spring.ai.baseload.chat.model=" + MODEL,
                "--spring.ai.baseload.embedding.model=" + ENCODER);
        assertEquals(0, exit, () -> String.join("\n", output));
        assertEquals("1", line(output, "brief tokens: "));
        assertEquals("32", line(output, "dimensions: "));
        assertTrue(output.stream().anyMatch(l -> l.contains("AOT-processed")), () -> String.join("\n", output));
    }

    @Test
    void saysWhichPropertyNamesTheModel() throws Exception {
        List<String> output = new ArrayList<>();
        assertNotEquals(0, run(List.of(), output));
        String all = String.join("\n", output);
        assertTrue(all.contains("APPLICATION FAILED TO START"), all);
        assertTrue(
                all.contains("set spring.ai.baseload.chat.model to the path of a GGUF file, a Hugging Face folder or an"
                        + " imported model"),
                all);
    }

    @Test
    void saysWhichPropertyNamesTheEncoder() throws Exception {
        List<String> output = new ArrayList<>();
        assertNotEquals(
                0, run(List.of(), output, "--spring.ai.model.chat=none", "--spring.ai.model.embedding=baseload"));
        String all = String.join("\n", output);
        assertTrue(
                all.contains(
                        "set spring.ai.baseload.embedding.model to the path of its GGUF file, Hugging Face folder or"
                                + " imported model"),
                all);
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
                            && metadata.contains("GGUF file, Hugging Face folder or imported model; required.")
                            && metadata.contains("\"spring.ai.model.chat\""),
                    metadata);
            assertFalse(metadata.contains("\"baseload."), metadata);
        }
    }

    private static List<String> run(List<String> flags, String... arguments) throws Exception {
        List<String> output = new ArrayList<>();
        int exit = run(flags, output, arguments);
        assertEquals(0, exit, () -> String.join("\n", output));
        return output;
    }

    private static int run(List<String> flags, List<String> output, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(flags);
        all.addAll(List.of("-cp", CLASSES + File.pathSeparator + classpath()));
        return java(all, "example.Embedded", output, arguments);
    }

    private static int java(List<String> flags, String main, List<String> output, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add(main);
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var reader = process.inputReader()) {
            reader.lines().forEach(output::add);
        }
        return process.waitFor();
    }

    private static void compile(Path sources, Path classes) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-d", classes.toString(), "-cp", CLASSES + File.pathSeparator + classpath()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
        }
        Files.createDirectories(classes);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
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
