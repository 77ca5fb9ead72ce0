package io.baseload.chat.tokenizer;

import io.baseload.engine.api.ModelFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Reads a {@code tokenizer.json} sequentially and skips its merges, of which there may be a million. */
final class TokenizerJsonReader {
    private static final Set<String> DECODERS =
            Set.of("Sequence", "ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace", "WordPiece");

    /** The library's models for splitting words into pieces; encoders use the last two. */
    private static final Set<String> MODELS = Set.of("BPE", "WordPiece", "Unigram");

    private final JsonFiles files;
    private final String text;
    private final Set<String> components = new HashSet<>();
    private final Set<String> sections = new HashSet<>();
    private final List<AddedToken> added = new ArrayList<>();
    private @Nullable String[] vocab = new String[1 << 10];
    private int tokens;
    private JsonNode normalizer = MissingNode.getInstance();
    private JsonNode preTokenizer = MissingNode.getInstance();
    private JsonNode decoder = MissingNode.getInstance();
    private int addedFrom = -1;
    private int addedTo = -1;
    private int vocabFrom = -1;
    private boolean numbered;
    private boolean unknown;

    TokenizerJsonReader(JsonFiles files, String text) {
        this.files = files;
        this.text = text;
    }

    /** @throws ModelFileException if it is broken or of an unknown kind */
    TokenizerJsonFile read() {
        try (JsonParser in = JsonFiles.parser(text)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw refuse(in, "must be a JSON object");
            }
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                if (!sections.add(name)) {
                    throw refuse(in, name + " occurs twice");
                }
                in.nextToken();
                section(name, in);
            }
        } catch (JacksonException e) {
            throw files.malformed(TokenizerJsonFile.NAME, e);
        }
        return file();
    }

    private void section(String name, JsonParser in) {
        switch (name) {
            case "added_tokens" -> added(in);
            case "model" -> model(in);
            case "decoder" -> {
                decoder = in.readValueAsTree();
                decoders(in);
            }
            case "normalizer" -> {
                normalizer = in.readValueAsTree();
                characterMaps(in);
                types(normalizer).forEach(components::add);
            }
            case "pre_tokenizer" -> {
                preTokenizer = in.readValueAsTree();
                types(preTokenizer).forEach(components::add);
            }
            case "post_processor" -> specialTokens(in, in.readValueAsTree());
            default -> in.skipChildren();
        }
    }

    /** Special tokens of a template must be among those that it describes: the library looks them up when it reads a text, and ends the whole process if one is missing. */
    private void specialTokens(JsonParser in, JsonNode processor) {
        processor.path("processors").valueStream().forEach(part -> specialTokens(in, part));
        JsonNode described = processor.path("special_tokens");
        Stream.of("single", "pair")
                .flatMap(template -> processor.path(template).valueStream())
                .map(piece -> piece.path("SpecialToken").path("id"))
                .filter(id -> id.isString() && !described.has(id.asString()))
                .findFirst()
                .ifPresent(id -> {
                    throw refuse(in, "special_tokens of the post_processor omit " + id);
                });
    }

    private void characterMaps(JsonParser in) {
        for (JsonNode map : normalizer.findValues(CharacterMap.NAME)) {
            byte[] bytes;
            try {
                bytes = Base64.getDecoder().decode(map.asString(""));
            } catch (IllegalArgumentException e) {
                throw refuse(in, CharacterMap.NAME + " is not base 64: " + e.getMessage());
            }
            CharacterMap.check(bytes, problem -> refuse(in, problem));
        }
    }

    private void decoders(JsonParser in) {
        types(decoder).forEach(type -> {
            if (!DECODERS.contains(type)) {
                throw refuse(in, "decoder \"" + type + "\" is not known to this version");
            }
            components.add(type);
        });
    }

    private static Stream<String> types(JsonNode component) {
        Stream<String> own = component.path("type").isString()
                ? Stream.of(component.path("type").asString())
                : Stream.of();
        return Stream.concat(
                own,
                Stream.of("normalizers", "pretokenizers", "decoders")
                        .flatMap(list -> component.path(list).valueStream())
                        .flatMap(TokenizerJsonReader::types));
    }

    private void added(JsonParser in) {
        addedFrom = (int) in.currentTokenLocation().getCharOffset();
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw refuse(in, "added_tokens must be a list");
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            JsonNode token = in.readValueAsTree();
            if (!token.path("content").isString()) {
                throw refuse(in, "an added token has no content");
            }
            added.add(FolderConfigReader.added(id(in, token.path("id")), token));
        }
        addedTo = (int) in.currentTokenLocation().getCharOffset() + 1;
    }

    private int id(JsonParser in, JsonNode id) {
        if (!id.isInt() || id.asInt() < 0 || id.asInt() >= FolderConfigReader.MAX_TOKENS) {
            throw refuse(in, "a token's id is " + id + ", expected 0 to " + (FolderConfigReader.MAX_TOKENS - 1));
        }
        return id.asInt();
    }

    private void model(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw refuse(in, "model must be an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> {
                    if (!MODELS.contains(in.getString())) {
                        throw refuse(in, "model is a " + in.getString() + "; supported are BPE, WordPiece and Unigram");
                    }
                }
                case "vocab" -> vocab(in);
                case "unk_id" -> unknown = in.currentToken() == JsonToken.VALUE_NUMBER_INT;
                default -> in.skipChildren();
            }
        }
    }

    private void vocab(JsonParser in) {
        if (vocabFrom >= 0) {
            throw refuse(in, "model.vocab occurs twice");
        }
        vocabFrom = (int) in.currentTokenLocation().getCharOffset() + 1;
        numbered = in.currentToken() == JsonToken.START_ARRAY;
        if (numbered) {
            pieces(in);
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw refuse(in, "model.vocab must be an object of tokens and ids, or a list of tokens and scores");
        }
        for (String token = in.nextName(); token != null; token = in.nextName()) {
            in.nextToken();
            put(id(in, in.readValueAsTree()), token);
        }
    }

    /** Reads Unigram's vocabulary, in which a token's id is its index. */
    private void pieces(JsonParser in) {
        while (in.nextToken() != JsonToken.END_ARRAY) {
            JsonNode piece = in.readValueAsTree();
            if (!piece.path(0).isString() || tokens >= FolderConfigReader.MAX_TOKENS) {
                throw refuse(
                        in,
                        "model.vocab must have at most " + FolderConfigReader.MAX_TOKENS
                                + " pairs of a token and its score");
            }
            put(tokens, piece.path(0).asString());
        }
    }

    private void put(int id, String token) {
        if (id >= vocab.length) {
            vocab = Arrays.copyOf(vocab, Math.max(id + 1, 2 * vocab.length));
        }
        vocab[id] = token;
        tokens = Math.max(tokens, id + 1);
    }

    private TokenizerJsonFile file() {
        if (vocabFrom < 0 || tokens == 0 || addedFrom < 0) {
            throw files.refuse(TokenizerJsonFile.NAME, -1, "has no model.vocab or no added_tokens");
        }
        if (numbered && !unknown && !components.contains("ByteLevel")) {
            throw files.refuse(
                    TokenizerJsonFile.NAME, -1, "a Unigram model needs an unk_id for texts that it doesn't know");
        }
        List<String> texts = Arrays.stream(vocab, 0, tokens)
                .map(token -> token == null ? "" : token)
                .toList();
        boolean bytes = components.contains("ByteFallback");
        List<TokenType> types = texts.stream()
                .map(token -> bytes && TokenBytes.isByteToken(token) ? TokenType.BYTE : TokenType.NORMAL)
                .toList();
        return new TokenizerJsonFile(
                text,
                new TokenList(texts, types),
                List.copyOf(added),
                Set.copyOf(components),
                normalizer,
                preTokenizer,
                decoder,
                addedFrom,
                addedTo,
                vocabFrom,
                numbered);
    }

    private ModelFileException refuse(JsonParser in, String problem) {
        return files.refuse(TokenizerJsonFile.NAME, in.currentTokenLocation().getCharOffset(), problem);
    }
}
