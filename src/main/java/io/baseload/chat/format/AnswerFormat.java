package io.baseload.chat.format;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The format of a model's answers: calls, reasoning, and the marks of both. Immutable. */
public final class AnswerFormat {
    /** The format of answers that are only text. */
    public static final AnswerFormat PLAIN = new AnswerFormat(ToolFormats.GENERIC, "", text -> false);

    private final ToolFormat tools;
    private final Optional<ReasoningFormat> reasoning;
    private final Marks marks;

    /**
     * @param template the source of the model's chat template
     * @param special whether a text is a special token of its vocabulary
     */
    public AnswerFormat(ToolFormat tools, String template, Predicate<String> special) {
        this.tools = tools;
        this.reasoning = tools instanceof HarmonyFormat ? Optional.empty() : ReasoningFormat.of(template);
        var texts =
                Stream.concat(tools.marks().stream(), reasoning.map(ReasoningFormat::marks).orElse(List.of()).stream());
        this.marks = new Marks(texts.toList(), special);
    }

    public ToolFormat tools() {
        return tools;
    }

    public Marks marks() {
        return marks;
    }

    public Optional<ReasoningFormat> reasoning() {
        return reasoning;
    }

    /** Whether this rendered prompt ends within reasoning. */
    public boolean thinksAfter(String prompt) {
        return reasoning.map(format -> format.isOpenAfter(prompt)).orElse(false);
    }

    /**
     * A reader of one answer.
     *
     * @param prompt the rendered prompt that is answered
     */
    public AnswerReader reader(ToolSet toolSet, String prompt) {
        Map<String, ToolSpec> offered =
                toolSet.callable().stream().collect(Collectors.toMap(ToolSpec::name, Function.identity()));
        return new AnswerReader(this, offered, toolSet, thinksAfter(prompt));
    }

    /** Harmony's messages have to be distinguished even if no tool can be called. */
    CallReader calls(Map<String, ToolSpec> offered, Pieces out) {
        return offered.isEmpty() && !(tools instanceof HarmonyFormat)
                ? new PlainTextReader(out)
                : tools.reader(marks, offered, out);
    }

    /** Harmony has no reasoning without an end. */
    Optional<ThoughtCalls> thoughtCalls(Map<String, ToolSpec> offered) {
        return tools instanceof CallFormat calls
                ? Optional.of(new ThoughtCalls(calls, marks, offered))
                : Optional.empty();
    }
}
