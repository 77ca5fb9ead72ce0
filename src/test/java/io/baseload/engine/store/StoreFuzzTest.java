package io.baseload.engine.store;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.tensor.NativeMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Fuzzes the header of a stored model, over weights of {@link #BYTES} zeros. */
@Tag("fuzz")
class StoreFuzzTest {
    private static final int BYTES = 4096;

    @TempDir
    static Path folder;

    @BeforeEach
    void weights() throws IOException {
        Files.write(folder.resolve(StoredFolder.WEIGHTS), new byte[BYTES]);
        Files.writeString(folder.resolve(ModelFolder.CONFIG), "{}");
    }

    @FuzzTest(maxDuration = "10m")
    void opens(byte[] header) throws IOException {
        Files.write(folder.resolve(StoredFolder.HEADER), header);
        try (NativeMemory memory = new NativeMemory()) {
            StoredFolder stored = StoredFolder.open(folder);
            stored.source().close();
            stored.parameters();
            readAll(stored.map(memory));
        } catch (ModelFileException refused) {
            if (!refused.getMessage().contains(folder.toString())) {
                throw new AssertionError("a refusal that doesn't name the file", refused);
            }
        }
    }

    private static void readAll(MappedWeights weights) {
        try {
            weights.verify((done, total) -> true);
        } catch (ModelFileException differs) {
            return; // the checksums of zeros are not known to the fuzzer
        }
    }
}
