package io.baseload.chat.tools;

/** Reads text and calls from an answer without its reasoning. */
sealed interface CallReader permits MarkedReader, NamedReader, HarmonyReader, PlainTextReader {
    void accept(char c);

    /** The answer is over: what waited is decided. */
    void finish();

    /** Chars that are not yet decided. */
    int held();
}
