package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.registry.ImportFolder.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImportFolderTest {
    @TempDir
    Path home;

    private Path root;
    private ImportFolder folder;

    @BeforeEach
    void fill() throws IOException {
        root = Files.createDirectories(home.resolve("import/sub"));
        root = home.resolve("import");
        Files.writeString(root.resolve("a.gguf"), "a");
        Files.writeString(root.resolve("sub/b.gguf"), "b");
        Files.writeString(home.resolve("secret.gguf"), "secret");
        Files.createDirectories(home.resolve("import-other"));
        Files.writeString(home.resolve("import-other/c.gguf"), "c");
        Files.createSymbolicLink(root.resolve("inside.gguf"), root.resolve("sub/b.gguf"));
        Files.createSymbolicLink(root.resolve("outside.gguf"), home.resolve("secret.gguf"));
        Files.createSymbolicLink(root.resolve("up"), home);
        Files.createSymbolicLink(root.resolve("dangling.gguf"), root.resolve("nothing"));
        Files.createSymbolicLink(root.resolve("loop.gguf"), root.resolve("loop.gguf"));
        folder = new ImportFolder(root);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.gguf", "sub/b.gguf", "./a.gguf", "sub/../a.gguf", "inside.gguf", "sub"})
    void findsWhatIsInside(String path) {
        assertThat(folder.find(path)).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../secret.gguf",
                "sub/../../secret.gguf",
                "../import-other/c.gguf",
                "outside.gguf",
                "up/secret.gguf",
                "up/import/a.gguf/..",
                "dangling.gguf",
                "loop.gguf",
                "missing.gguf",
                "a.gguf\0.txt",
                "/etc/passwd"
            })
    void refusesWhatIsNotInside(String path) {
        assertThatThrownBy(() -> folder.find(path))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("path"))
                .hasMessageNotContaining(home.toString());
    }

    @Test
    void refusesAFolderWithALinkThatLeadsOutside() throws IOException {
        Files.createSymbolicLink(root.resolve("sub/config.json"), home.resolve("secret.gguf"));
        assertThatThrownBy(() -> folder.find("sub"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("a link that leads outside the import folder: config.json");
    }

    @Test
    void refusesAPartThatIsALinkOut() throws IOException {
        Files.writeString(root.resolve("m-00001-of-00002.gguf"), "a");
        assertThat(folder.find("m-00001-of-00002.gguf")).exists();
        Files.createSymbolicLink(root.resolve("m-00002-of-00002.gguf"), home.resolve("secret.gguf"));
        assertThatThrownBy(() -> folder.find("m-00001-of-00002.gguf")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void anImportIsTheSameByPathAndByName() throws IOException {
        Files.writeString(root.resolve("sub/config.json"), "{}");
        for (String path : List.of("a.gguf", "sub", "inside.gguf")) {
            assertThat(Snapshot.of(root.resolve(path)).hashed(read -> {}))
                    .isNotEmpty()
                    .isEqualTo(folder.snapshot(path).hashed(read -> {}));
        }
    }

    @Test
    void refusesAnAbsolutePathEvenInside() {
        String inside = root.resolve("a.gguf").toString();
        assertThatThrownBy(() -> folder.find(inside)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void theFolderItselfMayBeReachedThroughALink() throws IOException {
        Path link = Files.createSymbolicLink(home.resolve("link"), root);
        assertThat(new ImportFolder(link).find("a.gguf")).isRegularFile();
    }
}
