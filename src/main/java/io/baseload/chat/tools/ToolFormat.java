package io.baseload.chat.tools;

import java.util.List;
import java.util.Set;

/** How a family of models writes the calls of tools. */
public sealed interface ToolFormat permits MarkedFormat, HarmonyFormat {
    /** As it is chosen by, for instance "hermes". */
    String name();

    CallSyntax syntax();

    /** Texts that mark something in an answer, where they are special tokens. */
    List<String> marks();

    /**
     * A reader of one answer.
     *
     * @param offered names of the tools that may be called; what calls another is text
     */
    CallReader reader(Marks marks, Set<String> offered, Pieces out);
}
