package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The poms that other builds read, in the repository that the packages came from: complete by themselves, with what Maven Central demands. All four have to be there, as Baseload's own build
 * installs them; a build that downloads the packages gets no pom of baseload-testcontainers, which this sample doesn't need, so leave this test out of a copy of the sample.
 */
class PublishedPomsTest {

    @ParameterizedTest
    @ValueSource(strings = {"baseload", "baseload-spring-boot-starter", "baseload-bom", "baseload-testcontainers"})
    void standsAlone(String artifact) throws Exception {
        Element pom = pom(artifact);
        assertFalse(pom.getTextContent().contains("${"), pom::getTextContent);
        for (String unpublished : new String[] {"parent", "build", "profiles", "modules"}) {
            assertNull(child(pom, unpublished), unpublished);
        }
        for (String demanded : new String[] {"name", "description", "url"}) {
            assertNotEquals("", text(pom, demanded), demanded);
        }
        Element license = child(child(pom, "licenses"), "license");
        assertEquals("https://www.apache.org/licenses/LICENSE-2.0", text(license, "url"));
        assertNotEquals("", text(child(child(pom, "developers"), "developer"), "name"));
        for (String demanded : new String[] {"connection", "developerConnection", "url"}) {
            assertNotEquals("", text(child(pom, "scm"), demanded), demanded);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseload", "baseload-spring-boot-starter", "baseload-testcontainers"})
    void eachDependencyHasItsVersion(String artifact) throws Exception {
        Element dependencies = child(pom(artifact), "dependencies");
        for (Node node = dependencies.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element dependency) {
                assertNotEquals("", text(dependency, "version"), dependency::getTextContent);
                assertNotEquals("test", text(dependency, "scope"), dependency::getTextContent);
            }
        }
    }

    @Test
    void theBomHasTheVersionOfThePackages() throws Exception {
        Element managed = child(child(pom("baseload-bom"), "dependencyManagement"), "dependencies");
        String version = text(pom("baseload"), "version");
        int packages = 0;
        for (Node node = managed.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element dependency) {
                assertEquals(version, text(dependency, "version"), dependency::getTextContent);
                packages++;
            }
        }
        assertEquals(3, packages);
    }

    private static Element pom(String artifact) throws Exception {
        Path library = Arrays.stream(
                        Files.readString(Path.of("target/runtime-classpath")).split(File.pathSeparator))
                .map(Path::of)
                .filter(jar -> jar.getFileName().toString().matches("baseload-\\d.*\\.jar"))
                .findFirst()
                .orElseThrow();
        Path version = library.getParent();
        Path file = version.getParent()
                .resolveSibling(artifact)
                .resolve(version.getFileName())
                .resolve(artifact + "-" + version.getFileName() + ".pom");
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getDocumentElement();
    }

    private static Element child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                return element;
            }
        }
        return null;
    }

    private static String text(Element parent, String name) {
        Element child = child(parent, name);
        return child == null ? "" : child.getTextContent().strip();
    }
}
