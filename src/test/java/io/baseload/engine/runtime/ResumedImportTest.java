package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.store.ModelWriter;
import io.baseload.engine.store.StoredFolder;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.ImportedWeights;
import io.baseload.engine.weights.WeightSource;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports that were killed continue where they stopped, and need no more memory than some panels. */
class ResumedImportTest {
    private static final Path SOURCE = TestModels.tiny();
    private static final Quantization KIND = Quantization.Q8;
    private static final String JOURNAL = "import.journal";
    private static final String WEIGHTS = "weights.bin";

    @TempDir
    private Path folder;

    /** The weights that an import requested from the source. */
    private record Asked(WeightSource source, List<String> names) implements WeightSource {
        @Override
        public RowSource matrix(String name, int rows, int cols) {
            names.add(name);
            return source.matrix(name, rows, cols);
        }

        @Override
        public float[] vector(String name, int length) {
            return source.vector(name, length);
        }
    }

    /** The matrices that were converted, in order. */
    private static List<String> imported(Path folder, long partBytes) throws IOException {
        var asked = new ArrayList<String>();
        try (ModelSource source = ModelSource.open(SOURCE);
                ModelWriter writer = new ModelWriter(folder, source.folder().weights(), KIND, ByteProgress.NONE, 1)) {
            DecoderWeights.load(
                    source.config(),
                    new ImportedWeights(
                            new Asked(source.definition().weights(), asked),
                            new ImportPackings(KIND),
                            writer.weights(),
                            partBytes));
            writer.finish();
        }
        return asked;
    }

    /** Imports in a process of its own, which halts after so many bytes. */
    static final class KilledImport {
        public static void main(String[] args) {
            ModelConversion.run(SOURCE, Path.of(args[0]), Optional.of(KIND), (done, total) -> {
                if (done >= Long.parseLong(args[1])) {
                    Runtime.getRuntime().halt(9);
                }
                return true;
            });
        }
    }

    private Path killed(String name, long bytes) throws Exception {
        Path half = Files.createDirectories(folder.resolve(name));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledImport.class.getName(),
                        half.toString(),
                        String.valueOf(bytes))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(9);
        return half;
    }

    private static long lines(Path half) throws IOException {
        return Files.readString(half.resolve(JOURNAL)).lines().count();
    }

    private static String header(Path folder) throws IOException {
        return Files.readString(folder.resolve("model.json"));
    }

    @Test
    void convertsNoFinishedWeightAgain() throws Exception {
        Path whole = Files.createDirectories(folder.resolve("whole"));
        List<String> all = imported(whole, ImportedWeights.PART_BYTES);
        Path half = killed("half", Files.size(whole.resolve(WEIGHTS)) / 2);
        assertThat(ModelWriter.isUnfinished(half)).isTrue();

        // a torn weight and a torn line behind what is finished
        Files.write(half.resolve(WEIGHTS), new byte[1000], StandardOpenOption.APPEND);
        Files.writeString(half.resolve(JOURNAL), "{\"name\": \"layers.2.", StandardOpenOption.APPEND);
        List<String> finished = Files.readAllLines(half.resolve(JOURNAL)).stream()
                .filter(line -> line.contains("codes"))
                .map(line -> line.replaceFirst(".*\"name\":\"([^\"]*)\".*", "$1"))
                .toList();
        assertThat(finished).isNotEmpty();

        List<String> rest = imported(half, ImportedWeights.PART_BYTES);
        assertThat(rest).isNotEmpty().isEqualTo(all.subList(finished.size(), all.size()));
        assertThat(header(half)).isEqualTo(header(whole));
        assertThat(half.resolve(JOURNAL)).doesNotExist();
        StoredFolder.open(half).verify(ByteProgress.NONE); // nothing else is left in the folder
    }

    /** As an import leaves it if it is killed after its header is written, while its files are made read-only. */
    @Test
    void filesThatAreReadOnlyAlreadyAreWrittenOn() throws Exception {
        Path whole = Files.createDirectories(folder.resolve("whole"));
        List<String> all = imported(whole, ImportedWeights.PART_BYTES);
        Path half = killed("half", Files.size(whole.resolve(WEIGHTS)) / 2);
        Files.copy(whole.resolve("model.json"), half.resolve("model.json"));
        for (String file : List.of("model.json", WEIGHTS)) {
            assertThat(half.resolve(file).toFile().setReadOnly()).isTrue();
        }
        var writable = new AtomicBoolean();
        try (ModelSource source = ModelSource.open(SOURCE);
                var ignored = new ModelWriter(
                        half,
                        source.folder().weights(),
                        KIND,
                        (done, total) -> {
                            writable.set(isWritable(half.resolve(WEIGHTS)));
                            return true;
                        },
                        1)) {
            // the permission is looked at too, because for root everything is writable
            assertThat(writable).isTrue();
        }
        assertThat(imported(half, ImportedWeights.PART_BYTES)).isNotEmpty().isNotEqualTo(all);
        assertThat(header(half)).isEqualTo(header(whole));
        assertThat(isWritable(half.resolve(WEIGHTS))).isFalse();
    }

    private static boolean isWritable(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void convertsADamagedWeightAndAllBehindItAgain() throws Exception {
        Path half = killed("half", 150_000);
        List<String> finished = Files.readAllLines(half.resolve(JOURNAL));
        try (FileChannel weights = FileChannel.open(half.resolve(WEIGHTS), StandardOpenOption.WRITE)) {
            weights.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 10); // in the first matrix
        }
        assertThat(finished).hasSizeGreaterThan(1);
        Path whole = Files.createDirectories(folder.resolve("whole"));
        assertThat(imported(half, ImportedWeights.PART_BYTES)).isEqualTo(imported(whole, ImportedWeights.PART_BYTES));
        assertThat(header(half)).isEqualTo(header(whole));
    }

    @Test
    void anotherSourceBeginsAnew() throws Exception {
        Path half = killed("half", 150_000);
        assertThat(lines(half)).isGreaterThan(1);
        Path journal = half.resolve(JOURNAL);
        String text = Files.readString(journal);
        Files.writeString(journal, "0" + text); // as if it were of another source
        Path whole = Files.createDirectories(folder.resolve("whole"));
        assertThat(imported(half, ImportedWeights.PART_BYTES)).isEqualTo(imported(whole, ImportedWeights.PART_BYTES));
    }

    @Test
    void aMatrixIsPackedInPartsOfAFixedSize() throws Exception {
        Path whole = Files.createDirectories(folder.resolve("whole"));
        Path parts = Files.createDirectories(folder.resolve("parts"));
        imported(whole, ImportedWeights.PART_BYTES);
        long before = NativeMemory.liveBytes();
        var most = new AtomicLong();
        long part = 20_000;
        try (ModelSource source = ModelSource.open(SOURCE);
                ModelWriter writer = new ModelWriter(
                        parts,
                        source.folder().weights(),
                        KIND,
                        (done, total) -> {
                            most.accumulateAndGet(NativeMemory.liveBytes() - before, Math::max);
                            return true;
                        },
                        1)) {
            DecoderWeights.load(
                    source.config(),
                    new ImportedWeights(
                            source.definition().weights(), new ImportPackings(KIND), writer.weights(), part));
            writer.finish();
        }
        assertThat(most.get()).isBetween(1L, part);
        assertThat(Files.mismatch(whole.resolve(WEIGHTS), parts.resolve(WEIGHTS)))
                .isEqualTo(-1);
    }
}
