package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * OpenAI's harmony, which gpt-oss writes: messages with a header that names a channel and, in a call, the tool. Channel analysis is reasoning, final and
 * commentary without a recipient are text.
 */
record HarmonyFormat() implements ToolFormat {
    static final String START = "<|start|>";
    static final String CHANNEL = "<|channel|>";
    static final String CONSTRAIN = "<|constrain|>";
    static final String MESSAGE = "<|message|>";
    static final String END = "<|end|>";

    /** The ends of a message; those other than {@link #END} begin the next header. */
    static final List<String> ENDS = List.of(END, START, CHANNEL);

    @Override
    public String name() {
        return "harmony";
    }

    @Override
    public Recognition recognition() {
        return new Recognition(List.of(CHANNEL, MESSAGE), Optional.empty());
    }

    /** The form in which the model is trained to call: one call per answer, which the token {@code <|call|>} ends. */
    @Override
    public CallSyntax syntax() {
        return CallSyntax.builder()
                .beforeName(CHANNEL + "commentary to=functions.")
                .beforeArguments(" " + CONSTRAIN + "json" + MESSAGE)
                .afterArguments("<|call|>")
                .single()
                .build();
    }

    @Override
    public List<String> marks() {
        return List.of(START, CHANNEL, CONSTRAIN, MESSAGE, END);
    }

    @Override
    public String effort(String effort) {
        return switch (effort) {
            case "none", "minimal" -> "low";
            case "xhigh", "max" -> "high";
            default -> effort;
        };
    }

    @Override
    public CallReader reader(Marks marks, Map<String, ToolSpec> offered, Pieces out) {
        return new HarmonyReader(marks, offered.keySet(), out);
    }
}
