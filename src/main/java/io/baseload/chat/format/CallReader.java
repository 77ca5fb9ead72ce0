package io.baseload.chat.format;

/** Reads text and calls from an answer without its reasoning. */
sealed interface CallReader permits MarkedReader, ParameterCallReader, HarmonyReader, PlainTextReader {
    void accept(char c);

    /**
     * The end of the answer: decides on held chars.
     *
     * @param cut whether the model would have gone on, so that an open call isn't complete
     */
    void finish(boolean cut);

    /** Number of chars that are not yet decided. */
    int held();
}
