package io.baseload.conformance;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.engine.format.VocabularyFiles;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HexFormat;

/** Tokenizers of model files. */
final class Tokenizers {
    private Tokenizers() {}

    /** @param model a GGUF file, or a file in a Hugging Face folder */
    static Tokenizer of(Path model) {
        return Tokenizer.of(vocabulary(model));
    }

    static Vocabulary vocabulary(Path model) {
        if (!model.toString().endsWith(".gguf")) {
            return VocabularyFiles.read(model.getParent());
        }
        try (GgufFile file = GgufFile.open(model)) {
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
