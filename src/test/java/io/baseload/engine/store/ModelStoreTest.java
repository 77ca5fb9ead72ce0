package io.baseload.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Quantization;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    @TempDir
    Path folder;

    private final Engine engine = Engine.open(new EngineOptions(1, false));

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void findsAModelByItsContent() throws IOException {
        List<Long> progress = new ArrayList<>();
        try (ModelStore store = ModelStore.open(folder.resolve("models"))) {
            StoredModel model = add(store, TestModels.smolLm2(), (done, total) -> progress.add(done));
            assertThat(model.sha256()).matches("[0-9a-f]{64}");
            assertThat(progress)
                    .isSorted()
                    .last()
                    .satisfies(last -> assertThat(last).isGreaterThan(80_000_000));
            assertThat(store.find(model.sha256())).hasValue(model.folder());
            for (String file : List.of("model.json", "weights.bin", "metadata.gguf")) {
                assertThat(Files.getPosixFilePermissions(model.folder().resolve(file)))
                        .noneMatch(p -> p.name().endsWith("WRITE"));
            }
            assertThat(store.list()).containsExactly(model);
            StoredFolder.open(model.folder()).verify(ByteProgress.NONE);
        }
    }

    @Test
    void storesTheSameModelOnce() throws IOException {
        try (ModelStore store = ModelStore.open(folder)) {
            assertThat(add(store, TestModels.tiny(), ByteProgress.NONE))
                    .isEqualTo(add(store, TestModels.tiny(), ByteProgress.NONE));
            assertThat(folder).isDirectoryNotContaining("glob:**.import-*");
            assertThat(store.list()).hasSize(1);
        }
    }

    @Test
    void convertsTheSameSourceOnce() throws IOException {
        var warned = new Conversion(Quantization.KEEP, List.of("a warning", "another"));
        AddedModel added;
        try (ModelStore store = ModelStore.open(folder)) {
            added = store.add("tiny", "source", ByteProgress.NONE, target -> {
                engine.convert(TestModels.tiny(), target, Optional.of(Quantization.KEEP), ByteProgress.NONE);
                return warned;
            });
            assertThat(added.conversion()).isEqualTo(warned);
        }
        try (ModelStore store = ModelStore.open(folder)) {
            assertThat(store.add("tiny", "source", ByteProgress.NONE, target -> {
                        throw new AssertionError("converted again");
                    }))
                    .isEqualTo(added);
            assertThatThrownBy(() -> store.add("tiny", "another source", ByteProgress.NONE, target -> {
                        throw new CancellationException();
                    }))
                    .isInstanceOf(CancellationException.class);
            store.delete(added.model().sha256());
            assertThatThrownBy(() -> store.add("tiny", "source", ByteProgress.NONE, target -> {
                        throw new CancellationException();
                    }))
                    .as("a deleted model is converted again")
                    .isInstanceOf(CancellationException.class);
            assertThat(folder.resolve("sources")).isNotEmptyDirectory();
        }
        ModelStore.open(folder).close();
        assertThat(folder.resolve("sources")).isEmptyDirectory();
    }

    @Test
    void readingTheStoredModelCanBeCancelled() {
        try (ModelStore store = ModelStore.open(folder)) {
            StoredModel model = add(store, TestModels.tiny(), ByteProgress.NONE);
            List<Long> read = new ArrayList<>();
            assertThatThrownBy(() -> store.add(
                            "tiny", TestModels.tiny().toString(), (done, total) -> !read.add(done), target -> {
                                throw new AssertionError("converted again");
                            }))
                    .isInstanceOf(CancellationException.class);
            assertThat(read).hasSize(1);
            assertThat(store.list()).containsExactly(model);
        }
    }

    @Test
    void otherFilesBesideTheRecordsOfImportsDoNoHarm() throws IOException {
        Path record;
        try (ModelStore store = ModelStore.open(folder)) {
            add(store, TestModels.tiny(), ByteProgress.NONE);
            try (var records = Files.list(folder.resolve("sources"))) {
                record = records.findFirst().orElseThrow();
            }
        }
        Path foreign = Files.createDirectories(folder.resolve("sources/@eaDir/thumbnails"));
        Path key = Files.createDirectories(folder.resolve("sources/" + "0".repeat(64) + "/inside"));
        Path note = Files.write(folder.resolve("sources/note"), new byte[] {(byte) 0xff});
        Files.write(record, new byte[] {(byte) 0xff, '\n'});
        try (ModelStore store = ModelStore.open(folder)) {
            assertThat(foreign).exists();
            assertThat(key).exists();
            assertThat(note).exists();
            assertThat(record).doesNotExist();
            Files.write(record, new byte[] {(byte) 0xff, '\n'});
            add(store, TestModels.tiny(), ByteProgress.NONE);
            assertThat(record).content().startsWith(store.list().getFirst().sha256());
        }
    }

    @Test
    void takesTheSameModelFromSeveralAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            try (ModelStore store = ModelStore.open(folder.resolve("round " + round));
                    var threads = Executors.newFixedThreadPool(4)) {
                Callable<StoredModel> one = () -> add(store, TestModels.tiny(), ByteProgress.NONE);
                for (Future<StoredModel> taken : threads.invokeAll(Collections.nCopies(4, one))) {
                    assertThat(store.list()).containsExactly(taken.get());
                }
            }
        }
    }

    @Test
    void takesNothingBroken() {
        try (ModelStore store = ModelStore.open(folder)) {
            assertThatThrownBy(() -> add(store, TestModels.resource("hostile/dims-overflow.gguf"), ByteProgress.NONE))
                    .isInstanceOf(ModelFileException.class);
            assertThatThrownBy(() -> add(store, folder.resolve("missing"), ByteProgress.NONE))
                    .isInstanceOf(ModelFileException.class);
            assertThat(store.list()).isEmpty();
            assertThat(folder).isDirectoryNotContaining("glob:**.import-*");
        }
    }

    @Test
    void leavesNothingOfACancelledImport() {
        try (ModelStore store = ModelStore.open(folder)) {
            assertThatThrownBy(() -> add(store, TestModels.smolLm2(), (done, total) -> done < 5_000_000))
                    .isInstanceOf(CancellationException.class);
            assertThat(folder).isDirectoryNotContaining("glob:**.import-*");
        }
    }

    @Test
    void removesWhatACrashLeft() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(".import-123")).resolve("weights.bin"), "half");
        try (ModelStore store = ModelStore.open(folder)) {
            assertThat(folder.resolve(".import-123")).doesNotExist();
            Path running = Files.createDirectories(folder.resolve(".import-456"));
            ModelStore.open(folder).close();
            assertThat(running).as("the store was in use").exists();
            assertThat(store.list()).isEmpty();
        }
    }

    @Test
    void keepsForAWeekWhatMayGoOn() throws IOException {
        Path half = Files.createDirectories(folder.resolve(".import-" + "0".repeat(64)));
        Path journal = Files.writeString(half.resolve("import.journal"), "source\n");
        ModelStore.open(folder).close();
        assertThat(half).exists();
        Instant old = Instant.now().minus(Duration.ofDays(ModelStore.KEPT + 1L));
        Files.setLastModifiedTime(journal, FileTime.from(old));
        ModelStore.open(folder).close();
        assertThat(half).doesNotExist();
    }

    @Test
    void anImportThatEndsWithTheProcessLeavesWhatItHasWritten() {
        try (ModelStore store = ModelStore.open(folder)) {
            store.pause();
            assertThatThrownBy(() -> add(store, TestModels.smolLm2(), (done, total) -> done < 5_000_000))
                    .isInstanceOf(CancellationException.class);
            assertThat(folder).isDirectoryContaining("glob:**.import-*");
            assertThat(add(store, TestModels.smolLm2(), ByteProgress.NONE).folder())
                    .exists();
            assertThat(folder).isDirectoryNotContaining("glob:**.import-*");
        }
    }

    @Test
    void verifyingFindsAHeaderThatIsNotTheOneOfTheName() throws IOException {
        try (ModelStore store = ModelStore.open(folder)) {
            StoredModel model = add(store, TestModels.tiny(), ByteProgress.NONE);
            Path header = model.folder().resolve("model.json");
            assertThat(header.toFile().setWritable(true)).isTrue();
            Files.writeString(header, " ", StandardOpenOption.APPEND);
            assertThatThrownBy(() -> StoredFolder.open(model.folder()).verify(ByteProgress.NONE))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("model.json: was changed");
        }
    }

    @Test
    void importingAgainMendsWhatWasDamaged() throws IOException {
        try (ModelStore store = ModelStore.open(folder)) {
            StoredModel model = add(store, TestModels.tiny(), ByteProgress.NONE);
            Path weights = model.folder().resolve("weights.bin");
            assertThat(weights.toFile().setWritable(true)).isTrue();
            Files.write(weights, new byte[1]);
            assertThat(add(store, TestModels.tiny(), ByteProgress.NONE)).isEqualTo(model);
            StoredFolder.open(model.folder()).verify(ByteProgress.NONE);
        }
    }

    @Test
    void deletes() {
        try (ModelStore store = ModelStore.open(folder)) {
            StoredModel model = add(store, TestModels.tiny(), ByteProgress.NONE);
            assertThat(store.delete(model.sha256())).isTrue();
            assertThat(store.delete(model.sha256())).isFalse();
            assertThat(store.find(model.sha256())).isEmpty();
            assertThat(model.folder()).doesNotExist();
        }
    }

    @Test
    void takesNoOtherNames() {
        try (ModelStore store = ModelStore.open(folder)) {
            assertThatThrownBy(() -> store.find("../" + "0".repeat(64))).isInstanceOf(IllegalArgumentException.class);
        }
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
                        "--add-modules=jdk.incubator.vector",
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
        assertThat(folder).isDirectoryNotContaining("glob:**.import-*");
    }

    /** Imports a file in a process of its own: exit code 3 if the store refused to write. */
    static final class ImportMain {
        public static void main(String[] args) {
            try (Engine engine = Engine.open(new EngineOptions(1, false));
                    ModelStore store = ModelStore.open(Path.of(args[0]))) {
                add(engine, store, Path.of(args[1]), ByteProgress.NONE);
            } catch (ModelStoreException e) {
                System.err.println(e.getMessage());
                System.exit(3);
            }
        }
    }

    private StoredModel add(ModelStore store, Path source, ByteProgress progress) {
        return add(engine, store, source, progress);
    }

    private static StoredModel add(Engine engine, ModelStore store, Path source, ByteProgress progress) {
        return store.add(
                        source.getFileName().toString(),
                        source.toString(),
                        ByteProgress.NONE,
                        target -> engine.convert(source, target, Optional.empty(), progress))
                .model();
    }
}
