package io.baseload.chat.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Fuzzes {@code tokenizer.json}: it is read and splits texts, or it is refused. The library behind it is native, so an input that it doesn't expect may end the process. */
@Tag("fuzz")
class TokenizerJsonFuzzTest {
    private static final Path FOLDER = Path.of("fuzzed");

    @FuzzTest(maxDuration = "10m")
    void splits(byte[] file) {
        try {
            Tokenizer tokenizer = Tokenizer.of(new Vocabulary.Files(FOLDER, Map.of(TokenizerJsonFile.NAME, file)));
            for (int id : tokenizer.encodeWhole("Hello, w\u00F6rld 123\n\n [MASK]")) {
                tokenizer.bytes().get(id);
            }
            tokenizer.encodePlain("a b");
        } catch (ModelFileException refused) {
            if (!refused.getMessage().contains(TokenizerJsonFile.NAME)) {
                throw new AssertionError("a refusal that doesn't name the file", refused);
            }
        } catch (IllegalArgumentException inconsistent) {
            // what the library says of it
        }
    }
}
