package io.baseload.chat.tokenizer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * A {@code tokenizer.json}. The tokenizers library interprets it; this is the additional information from it.
 *
 * @param text the whole file
 * @param tokens the model's own tokens, without added ones
 * @param addedFrom start of the value of {@code added_tokens} in the text
 * @param addedTo end of that value
 * @param vocabFrom start of the members of {@code model.vocab} in the text
 * @param numbered whether they are a list, in which a token's index is its id
 */
record TokenizerJsonFile(
        String text,
        TokenList tokens,
        List<AddedToken> added,
        Set<String> components,
        JsonNode normalizer,
        JsonNode preTokenizer,
        JsonNode decoder,
        int addedFrom,
        int addedTo,
        int vocabFrom,
        boolean numbered) {

    static final String NAME = "tokenizer.json";

    /** Whether ordinary tokens are written in GPT-2's byte alphabet. */
    boolean byteLevel() {
        return components.contains("ByteLevel");
    }

    /** Whether decoding drops a space at the beginning. */
    boolean dropsFirstSpace() {
        return stripsSpace(decoder) || decoder.path("decoders").valueStream().anyMatch(TokenizerJsonFile::stripsSpace);
    }

    /** Whether normalizer and pre-tokenizer keep ASCII unchanged, except white space. */
    boolean keepsText() {
        JsonNode all = normalizer.path("normalizers");
        boolean normalized = all.isArray()
                ? all.valueStream().allMatch(TokenizerJsonFile::leavesAscii)
                : normalizer.isMissingNode() || normalizer.isNull() || leavesAscii(normalizer);
        return normalized && !preTokenizer.toString().contains("\"Removed\"");
    }

    private static boolean leavesAscii(JsonNode normalizer) {
        return switch (normalizer.path("type").asString("")) {
            case "NFC", "NFKC", "Prepend", "ByteLevel" -> true;
            case "Replace" ->
                normalizer.path("pattern").path("String").asString("").equals(" ");
            default -> false;
        };
    }

    private static boolean stripsSpace(JsonNode decoder) {
        return switch (decoder.path("type").asString("")) {
            case "Strip" ->
                decoder.path("content").asString("").equals(" ")
                        && decoder.path("start").asInt(0) > 0;
            case "Metaspace" ->
                decoder.path("add_prefix_space").asBoolean(true)
                        && !decoder.path("prepend_scheme").asString("").equals("never");
            default -> false;
        };
    }

    /** Whether added tokens are ordered by id, because the library numbers tokens that the model doesn't have in their order. */
    boolean inOrder() {
        return IntStream.range(1, added.size())
                .allMatch(i -> added.get(i - 1).id() < added.get(i).id());
    }

    /** The file with other added tokens. Tokens that the model doesn't have are added to its vocabulary, unless that is a list, because otherwise the library numbers them in their order. */
    String with(List<AddedToken> others) {
        Set<String> known = new HashSet<>(tokens.texts());
        JsonWriter members = new JsonWriter();
        for (AddedToken token : others) {
            if (!numbered && known.add(token.text())) {
                members.string(token.text()).raw(":").number(token.id()).raw(",");
            }
        }
        JsonWriter list = new JsonWriter();
        TokenizerJson.added(list, others);
        String vocabMembers = members.toString();
        return addedFrom < vocabFrom
                ? text.substring(0, addedFrom)
                        + list
                        + text.substring(addedTo, vocabFrom)
                        + vocabMembers
                        + text.substring(vocabFrom)
                : text.substring(0, vocabFrom)
                        + vocabMembers
                        + text.substring(vocabFrom, addedFrom)
                        + list
                        + text.substring(addedTo);
    }
}
