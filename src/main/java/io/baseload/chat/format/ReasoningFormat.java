package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The format of a family's reasoning before the answer.
 *
 * @param open text before the reasoning; a template may end the prompt with it
 * @param wrappers texts around the answer after the reasoning; may be empty
 */
public record ReasoningFormat(String open, String close, List<String> wrappers) {
    private static final List<ReasoningFormat> KNOWN = List.of(
            between("<think>", "</think>").answeringBetween("<response>", "</response>"),
            between("<think>", "</think>"),
            between("<seed:think>", "</seed:think>"),
            between("[THINK]", "[/THINK]"),
            between("<|START_THINKING|>", "<|END_THINKING|>")
                    .answeringBetween("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
            between("<|channel>thought", "<channel|>"),
            between("<|inner_prefix|>", "<|inner_suffix|>"),
            between("Here is my thought process:", "Here is my response:"));

    private static ReasoningFormat between(String open, String close) {
        return new ReasoningFormat(open, close, List.of());
    }

    private ReasoningFormat answeringBetween(String before, String after) {
        return new ReasoningFormat(open, close, List.of(before, after));
    }

    /** The format that a template mentions, if it does. */
    static Optional<ReasoningFormat> of(String template) {
        return KNOWN.stream()
                .filter(format -> template.contains(format.close())
                        && format.wrappers().stream().allMatch(template::contains))
                .findFirst();
    }

    List<String> marks() {
        return Stream.concat(Stream.of(open, close), wrappers.stream()).toList();
    }

    /** Whether a rendered prompt ends within reasoning. */
    boolean isOpenAfter(String prompt) {
        return prompt.stripTrailing().endsWith(open);
    }
}
