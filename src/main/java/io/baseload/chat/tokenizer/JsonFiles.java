package io.baseload.chat.tokenizer;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The files of a Hugging Face folder as text and as JSON of limited depth. */
final class JsonFiles {
    private static final int MAX_DEPTH = 64;

    /** Accepts NaN and Infinity, which Python writes. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .build();

    private final Vocabulary.Files files;

    JsonFiles(Vocabulary.Files files) {
        this.files = files;
    }

    Set<String> names() {
        return files.files().keySet();
    }

    Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(files.files().get(name));
    }

    Optional<String> text(String name) {
        return bytes(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** The object in a file; a missing node if there is no such file. */
    JsonNode object(String name) {
        Optional<byte[]> bytes = bytes(name);
        if (bytes.isEmpty()) {
            return MissingNode.getInstance();
        }
        try {
            JsonNode tree = MAPPER.readTree(bytes.get());
            if (!tree.isObject()) {
                throw refuse(name, 0, "must be a JSON object");
            }
            return tree;
        } catch (JacksonException e) {
            throw malformed(name, e);
        }
    }

    /** A parser whose locations are character positions in the text. */
    static JsonParser parser(String text) {
        return MAPPER.createParser(text);
    }

    ModelFileException malformed(String name, JacksonException e) {
        @Nullable TokenStreamLocation at = e.getLocation();
        long offset = at == null ? -1 : Math.max(at.getByteOffset(), at.getCharOffset());
        return refuse(name, offset, e.getOriginalMessage());
    }

    /** @param offset the offset in the file; −1 if there is none */
    ModelFileException refuse(String name, long offset, String problem) {
        return new ModelFileException(files.folder().resolve(name), offset, problem);
    }
}
