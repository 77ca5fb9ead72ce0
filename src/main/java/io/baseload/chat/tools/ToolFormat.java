package io.baseload.chat.tools;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;

/** How a family of models writes the calls of tools. */
public sealed interface ToolFormat permits MarkedFormat, NamedFormat, HarmonyFormat {
    /** As it is chosen by, for instance "hermes". */
    String name();

    CallSyntax syntax();

    /** Texts that mark something in an answer, where they are special tokens. */
    List<String> marks();

    /**
     * A reader of one answer.
     *
     * @param offered the tools that may be called, by name; what calls another is text
     */
    CallReader reader(Marks marks, Map<String, ToolSpec> offered, Pieces out);
}
