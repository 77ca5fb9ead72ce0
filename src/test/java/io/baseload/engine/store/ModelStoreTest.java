package io.baseload.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    private static final String SMOLLM2 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

    @TempDir
    Path folder;

    @Test
    void findsAModelByItsContent() throws IOException {
        ModelStore store = ModelStore.open(folder.resolve("models"));
        List<Long> progress = new ArrayList<>();
        StoredModel model =
                store.importFile(TestModels.smolLm2(), (done, total) -> progress.add(done) && total == 98_362_432);
        assertThat(model.sha256()).isEqualTo(SMOLLM2);
        assertThat(model.bytes()).isEqualTo(98_362_432);
        assertThat(progress).isSorted().last().isEqualTo(98_362_432L);
        assertThat(store.find(SMOLLM2)).hasValue(model.file());
        assertThat(Files.mismatch(model.file(), TestModels.smolLm2())).isEqualTo(-1);
        assertThat(Files.getPosixFilePermissions(model.file()))
                .noneMatch(p -> p.name().endsWith("WRITE"));
        assertThat(ModelStore.open(folder.resolve("models")).list()).containsExactly(model);
    }

    @Test
    void storesTheSameFileOnce() {
        ModelStore store = ModelStore.open(folder);
        assertThat(store.importFile(TestModels.tiny(), Progress.NONE))
                .isEqualTo(store.importFile(TestModels.tiny(), Progress.NONE));
        assertThat(folder).isDirectoryNotContaining("glob:**.import-*");
        assertThat(store.list()).hasSize(1);
    }

    @Test
    void takesNothingBroken() {
        ModelStore store = ModelStore.open(folder);
        assertThatThrownBy(() -> store.importFile(TestModels.resource("hostile/dims-overflow.gguf"), Progress.NONE))
                .isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> store.importFile(folder.resolve("missing"), Progress.NONE))
                .isInstanceOf(ModelFileException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesNothingOfACancelledImport() {
        ModelStore store = ModelStore.open(folder);
        assertThatThrownBy(() -> store.importFile(TestModels.smolLm2(), (done, total) -> done < 5_000_000))
                .isInstanceOf(CancellationException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void removesWhatACrashLeft() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(".import-123")).resolve("model.gguf"), "half a model");
        ModelStore.open(folder);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void deletes() {
        ModelStore store = ModelStore.open(folder);
        StoredModel model = store.importFile(TestModels.tiny(), Progress.NONE);
        assertThat(store.delete(model.sha256())).isTrue();
        assertThat(store.delete(model.sha256())).isFalse();
        assertThat(store.find(model.sha256())).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void takesNoOtherNames() {
        ModelStore store = ModelStore.open(folder);
        assertThatThrownBy(() -> store.find("../" + SMOLLM2)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The same program as the store's users run, in a process whose files may not grow beyond 1 MiB. */
    @Test
    void saysWhyAWriteFailsAndLeavesNothing() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f 1024; exec \"$@\"",
                        "bash",
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ImportMain.class.getName(),
                        folder.toString(),
                        TestModels.smolLm2().toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(3);
        assertThat(output)
                .contains("the model store")
                .contains("can't take SmolLM2-135M-Instruct.Q4_1.gguf")
                .contains("File too large");
        assertThat(folder).isEmptyDirectory();
    }

    /** Imports a file in a process of its own: exit code 3 if the store refused to write. */
    static final class ImportMain {
        public static void main(String[] args) {
            try {
                ModelStore.open(Path.of(args[0])).importFile(Path.of(args[1]), Progress.NONE);
            } catch (ModelStoreException e) {
                System.err.println(e.getMessage());
                System.exit(3);
            }
        }
    }
}
