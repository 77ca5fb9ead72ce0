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
            new ReasoningFormat("<think>", "</think>", List.of("<response>", "</response>")),
            new ReasoningFormat("<think>", "</think>", List.of()),
            new ReasoningFormat("<seed:think>", "</seed:think>", List.of()),
            new ReasoningFormat("[THINK]", "[/THINK]", List.of()),
            new ReasoningFormat(
                    "<|START_THINKING|>", "<|END_THINKING|>", List.of("<|START_RESPONSE|>", "<|END_RESPONSE|>")),
            new ReasoningFormat("<|channel>thought", "<channel|>", List.of()),
            new ReasoningFormat("<|inner_prefix|>", "<|inner_suffix|>", List.of()),
            new ReasoningFormat("Here is my thought process:", "Here is my response:", List.of()));

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
