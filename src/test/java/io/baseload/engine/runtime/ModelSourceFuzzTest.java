package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with random damage are either fit to run or refused as bad files; nothing else happens. */
class ModelSourceFuzzTest {
    private static final int FILES = 3000;
    private static final byte[] NASTY = {0, 1, 0x7f, (byte) 0x80, (byte) 0xff};

    @TempDir
    Path folder;

    @Test
    void refusesOrAccepts() throws IOException {
        byte[] whole = Files.readAllBytes(TestModels.tiny());
        int header = header();
        Path file = folder.resolve("damaged.gguf");
        Random random = new Random(9);
        int refused = 0;
        for (int i = 0; i < FILES; i++) {
            Files.write(file, damage(whole, header, random));
            refused += refused(file) ? 1 : 0;
        }
        assertThat(refused).as("of " + FILES).isBetween(FILES / 10, FILES);
    }

    private static int header() {
        try (ModelSource source = ModelSource.open(TestModels.tiny())) {
            return (int) source.folder().weights().tensors().stream()
                    .mapToLong(tensor -> tensor.offset())
                    .min()
                    .orElseThrow();
        }
    }

    private static byte[] damage(byte[] whole, int header, Random random) {
        byte[] damaged = whole.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(header);
            for (int j = at; j < Math.min(header, at + 1 + random.nextInt(8)); j++) {
                damaged[j] = random.nextBoolean() ? NASTY[random.nextInt(NASTY.length)] : (byte) random.nextInt();
            }
        }
        return damaged;
    }

    private static boolean refused(Path file) {
        try (ModelSource source = ModelSource.open(file)) {
            assertThat(source.info().layers()).isPositive();
            assertThatCode(() -> source.estimate(ModelSize.of(source.config(), LoadOptions.named("x")), 2))
                    .doesNotThrowAnyException();
            return false;
        } catch (ModelFileException refusal) {
            assertThat(refusal.file()).isEqualTo(file);
            return true;
        }
    }
}
