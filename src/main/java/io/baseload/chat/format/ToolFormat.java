package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;

/** The format of a family's tool calls. */
public sealed interface ToolFormat permits CallFormat, HarmonyFormat {
    /** The name by which it is chosen, such as "hermes". */
    String name();

    Recognition recognition();

    CallSyntax syntax();

    /** The reasoning effort in words that the model knows. */
    default String effort(String effort) {
        return effort;
    }

    /** Texts with a meaning in answers that are special tokens in some vocabularies. */
    List<String> marks();

    /**
     * A reader of one answer.
     *
     * @param offered the callable tools by name; calls of others are text
     */
    CallReader reader(Marks marks, Map<String, ToolSpec> offered, Pieces out);
}
