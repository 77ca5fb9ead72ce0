package io.baseload.conformance;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HexFormat;

/** Tokenizers of model files. */
final class Tokenizers {
    private Tokenizers() {}

    static Tokenizer of(Path gguf) {
        return Tokenizer.of(vocabulary(gguf));
    }

    static Vocabulary vocabulary(Path gguf) {
        try (GgufFile file = GgufFile.open(gguf)) {
            return GgufVocabulary.read(file.metadata());
        }
    }

    static byte[] bytes(Tokenizer tokenizer, int[] ids) {
        var bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytes().get(id));
        }
        return bytes.toByteArray();
    }

    static String hex(Tokenizer tokenizer, int[] ids) {
        return HexFormat.of().formatHex(bytes(tokenizer, ids));
    }
}
