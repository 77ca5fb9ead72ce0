package io.baseload.chat.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The tokens that Yuan2.0's authors add to its sentencepiece model when they load it, which are in no file. Most are pieces of the model, the others follow its last one. {@code </s>} is not
 * one of them: an answer ends at {@code <eod>}.
 */
final class YuanTokens {
    static final String EOD = "<eod>";
    static final String NEWLINE = "<n>";

    private static final List<String> ADDED = List.of(
            "<sep>",
            "<pad>",
            "<mask>",
            "<predict>",
            "<FIM_SUFFIX>",
            "<FIM_PREFIX>",
            "<FIM_MIDDLE>",
            "<commit_before>",
            "<commit_msg>",
            "<commit_after>",
            "<jupyter_start>",
            "<jupyter_text>",
            "<jupyter_code>",
            "<jupyter_output>",
            "<empty_output>");

    private YuanTokens() {}

    /** Recognized by its pieces, because the published files don't name it. */
    static boolean isYuan(TokenList tokens) {
        return Stream.of(EOD, "<sep>", NEWLINE, "</s>")
                .allMatch(text -> tokens.find(text).isPresent());
    }

    static List<AddedToken> added(TokenList tokens) {
        int next = tokens.size();
        List<AddedToken> added = new ArrayList<>();
        for (String text :
                Stream.concat(Stream.of("<unk>", "<s>", EOD), ADDED.stream()).toList()) {
            OptionalInt id = tokens.find(text);
            added.add(AddedToken.of(id.isPresent() ? id.getAsInt() : next++, text, true));
        }
        return added;
    }

    /** The bytes that are shown to readers, as by the authors' server: {@code <n>} and ▃ are line ends, ▂ is a space, {@code <unk>} is nothing. */
    static TokenBytes shown(TokenBytes bytes) {
        return TokenBytes.of(bytes.size(), id -> shown(bytes.get(id)));
    }

    private static byte[] shown(byte[] token) {
        String text = new String(token, StandardCharsets.UTF_8);
        String seen = switch (text) {
            case NEWLINE -> "\n";
            case "<unk>" -> "";
            default -> text.replace('\u2583', '\n').replace('\u2582', ' ');
        };
        return seen.equals(text) ? token : seen.getBytes(StandardCharsets.UTF_8);
    }
}
