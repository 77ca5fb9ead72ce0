import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Removes the service's properties from the configuration metadata in the library's jar: in an application that embeds the library they have no effect. */
final class LibraryMetadata {
    private LibraryMetadata() {}

    public static void main(String[] jar) throws IOException {
        try (FileSystem library = FileSystems.newFileSystem(Path.of(jar[0]))) {
            Path file = library.getPath("META-INF/spring-configuration-metadata.json");
            JsonNode metadata = JsonMapper.shared().readTree(Files.readAllBytes(file));
            for (String kind : new String[] {"groups", "properties", "hints"}) {
                ((ArrayNode) metadata.path(kind))
                        .removeIf(entry -> !entry.path("name").asString().startsWith("spring.ai."));
            }
            Files.write(
                    file, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(metadata));
        }
    }
}
