package io.baseload.chat.tokenizer;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The tokens that end an answer. */
final class StopTokens {
    /** Texts of tokens that end an answer in some model family, because files name only one or two of a model's. */
    private static final Set<String> KNOWN = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "<|end_of_text|>",
            "<|endoftext|>",
            "<|eom_id|>",
            "<end_of_turn>",
            "<turn|>",
            "<EOT>",
            "_<EOT>",
            "<|end\u2581of\u2581sentence|>",
            "<\uff5cend\u2581of\u2581sentence\uff5c>",
            "<end_of_utterance>",
            "<eos>",
            "<eod>",
            "</s>",
            "<reponame>",
            "<|endofprompt|>");

    /** Ends answers only if it is special: Gemma's vocabularies have it as text, the end of HTML's strike-through. */
    private static final String HTML = "</s>";

    /** If a vocabulary has this token, an answer consists of several messages. */
    private static final String CHANNEL = "<|channel|>";

    /** In such a vocabulary it ends a message, not the answer. */
    private static final String END_OF_MESSAGE = "<|end|>";

    private StopTokens() {}

    /** The tokens named in the files, and added tokens that are known to end answers. */
    static Set<Integer> of(Set<Integer> named, List<AddedToken> added) {
        Set<Integer> ids = new TreeSet<>(named);
        added.stream()
                .filter(token -> KNOWN.contains(token.text()))
                .filter(token -> token.special() || !token.text().equals(HTML))
                .forEach(token -> ids.add(token.id()));
        if (added.stream().anyMatch(token -> token.text().equals(CHANNEL))) {
            added.stream()
                    .filter(token -> token.text().equals(END_OF_MESSAGE))
                    .forEach(token -> ids.remove(token.id()));
        }
        return Set.copyOf(ids);
    }

    /** The added tokens; those that end answers become special, so that users can't write them. */
    static List<AddedToken> guarded(List<AddedToken> added, Set<Integer> stops) {
        return added.stream()
                .map(token -> stops.contains(token.id()) ? token.asSpecial() : token)
                .toList();
    }
}
