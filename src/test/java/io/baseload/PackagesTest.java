package io.baseload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The poms below src/packages and src/samples are built by themselves, so that they can't read a version in the pom of the service: each must have the same version. */
class PackagesTest {
    private static final Element ROOT = project(Path.of("pom.xml"));
    private static final String VERSION = text(ROOT, "version");
    private static final String BOOT = text(child(ROOT, "parent").orElseThrow(), "version");
    private static final Map<String, String> VERSIONS = Map.of(
            "io.baseload",
            VERSION,
            "org.bytedeco",
            dependency("dnnl"),
            "org.springframework.boot",
            BOOT,
            "spring-boot.version",
            BOOT,
            "spring-ai.version",
            text(child(ROOT, "properties").orElseThrow(), "spring-ai.version"));

    @Test
    void versionsAreThoseOfTheService() throws Exception {
        Map<String, String> others = new TreeMap<>();
        for (Path pom : poms()) {
            for (Element element : elements(project(pom))) {
                String name = element.getTagName().equals("version")
                        ? text((Element) element.getParentNode(), "groupId")
                        : element.getTagName();
                String expected = VERSIONS.getOrDefault(name, "");
                String version = element.getTextContent();
                if (!expected.isEmpty() && !version.startsWith("${") && !version.equals(expected)) {
                    others.put(pom + " " + name, version);
                }
            }
        }
        assertEquals(Map.of(), others);
    }

    @Test
    void versionsOfTheGradleBuildAreThoseOfTheService() throws Exception {
        String build = Files.readString(Path.of("src/samples/embedded/build.gradle"));
        assertTrue(build.contains("id 'org.springframework.boot' version '" + BOOT + "'"), build);
        assertTrue(build.contains("io.baseload:baseload-bom:" + VERSION + "'"), build);
    }

    /** Without the module the kernels are scalar, and with an optimized launch the engine refuses to start. */
    @Test
    void samplesAreStartedAsTheEngineNeedsIt() throws Exception {
        for (Path pom : poms()) {
            if (pom.startsWith("src/samples")) {
                Element plugin = elements(project(pom)).stream()
                        .filter(element -> text(element, "artifactId").equals("spring-boot-maven-plugin"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(pom));
                Element configuration = child(plugin, "configuration").orElseThrow(() -> new AssertionError(pom));
                assertEquals("false", text(configuration, "optimizedLaunch"), pom::toString);
                assertTrue(
                        text(configuration, "jvmArguments")
                                .replace("${jvm.flags}", flags(pom))
                                .contains("--add-modules=jdk.incubator.vector"),
                        pom::toString);
            }
        }
        String build = Files.readString(Path.of("src/samples/embedded/build.gradle"));
        assertTrue(build.contains("optimizedLaunch = false"), build);
        assertTrue(build.contains("'--add-modules=jdk.incubator.vector'"), build);
        assertTrue(build.contains("sourceSets { test { java.srcDirs = [] } }"), build);
    }

    private static String flags(Path pom) {
        return text(child(project(pom), "properties").orElseThrow(), "jvm.flags");
    }

    @Test
    void bomNamesEachPackage() throws Exception {
        List<String> managed = elements(project(Path.of("src/packages/bom/pom.xml"))).stream()
                .filter(element -> element.getTagName().equals("dependency"))
                .map(element -> text(element, "artifactId"))
                .toList();
        List<String> packages = Stream.concat(Stream.of(Path.of("pom.xml")), poms().stream())
                .filter(pom -> !pom.startsWith("src/samples"))
                .map(PackagesTest::project)
                .filter(project -> text(project, "packaging").isEmpty())
                .map(project -> text(project, "artifactId"))
                .toList();
        assertEquals(
                packages.stream().sorted().toList(), managed.stream().sorted().toList());
    }

    /** Processors with AMX multiply prompts by it. */
    @Test
    void starterBringsOneDnn() {
        Element dnnl = elements(project(Path.of("src/packages/starter/pom.xml"))).stream()
                .filter(element -> text(element, "artifactId").equals("dnnl"))
                .findFirst()
                .orElseThrow();
        assertEquals("linux-x86_64", text(dnnl, "classifier"));
        assertEquals("runtime", text(dnnl, "scope"));
    }

    /** As the samples do, so that what the tests have run is what readers copy. */
    @Test
    void documentationGivesBuildsTheirFlags() throws Exception {
        Element assistant = project(Path.of("src/samples/assistant/pom.xml"));
        String flags = text(child(assistant, "properties").orElseThrow(), "jvm.flags");
        String page = Files.readString(Path.of("docs/spring-ai.md"));
        for (String name : List.of("jvmArguments", "argLine", "optimizedLaunch")) {
            Element setting = elements(assistant).stream()
                    .filter(element -> element.getTagName().equals(name))
                    .findFirst()
                    .orElseThrow();
            String value = setting.getTextContent().replace("${jvm.flags}", flags);
            assertTrue(page.contains("<" + name + ">" + value + "</" + name + ">"), name);
        }
        List<String> gradle = Files.readAllLines(Path.of("src/samples/embedded/build.gradle")).stream()
                .filter(line -> line.contains("jvmArgs") || line.contains("optimizedLaunch = "))
                .toList();
        assertEquals(2, gradle.size());
        gradle.forEach(line -> assertTrue(page.contains(line), line));
    }

    /** A process that goes on after it ran out of memory may answer nothing and be alive; the image and the chart start {@code bin/baseload}. */
    @Test
    void everyWayOfStartingEndsAProcessThatRunsOutOfMemory() throws Exception {
        String flag = "-XX:+ExitOnOutOfMemoryError";
        Element plugin = elements(ROOT).stream()
                .filter(element -> text(element, "artifactId").equals("spring-boot-maven-plugin"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                text(child(plugin, "configuration").orElseThrow(), "jvmArguments")
                        .contains(flag),
                "spring-boot:run");
        assertTrue(
                lines("bin/baseload", "exec \"$java/bin/java\"").allMatch(line -> line.contains(flag)), "bin/baseload");
        assertTrue(
                lines("docs/operations.md", "| `java ").allMatch(line -> line.contains(flag + " -jar")),
                "docs/operations.md");
        assertTrue(lines("Dockerfile", "ENTRYPOINT").allMatch(line -> line.contains("bin/baseload")), "Dockerfile");
    }

    /** The lines of a file that begin so, of which there must be some. */
    private static Stream<String> lines(String file, String begin) throws Exception {
        List<String> found = Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.strip().startsWith(begin))
                .toList();
        assertTrue(!found.isEmpty(), file + " has no line that begins with " + begin);
        return found.stream();
    }

    /** The version of a dependency of the service. */
    private static String dependency(String name) {
        return elements(ROOT).stream()
                .filter(element -> text(element, "artifactId").equals(name))
                .map(element -> text(element, "version"))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> poms() throws Exception {
        try (Stream<Path> packages = Files.walk(Path.of("src/packages"));
                Stream<Path> samples = Files.walk(Path.of("src/samples"))) {
            List<Path> poms = Stream.concat(packages, samples)
                    .filter(file -> file.endsWith("pom.xml"))
                    .toList();
            assertTrue(poms.size() > 3, poms::toString);
            return poms;
        }
    }

    private static Element project(Path pom) {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(pom.toFile())
                    .getDocumentElement();
        } catch (Exception e) {
            throw new AssertionError(pom.toString(), e);
        }
    }

    private static List<Element> elements(Element parent) {
        var all = parent.getElementsByTagName("*");
        return Stream.iterate(0, i -> i < all.getLength(), i -> i + 1)
                .map(i -> (Element) all.item(i))
                .toList();
    }

    private static Optional<Element> child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                return Optional.of(element);
            }
        }
        return Optional.empty();
    }

    /** What the child says, or nothing where there is none. */
    private static String text(Element parent, String name) {
        return child(parent, name).map(Element::getTextContent).orElse("");
    }
}
