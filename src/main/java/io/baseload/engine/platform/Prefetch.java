package io.baseload.engine.platform;

/**
 * When machine code requests weights that it needs much later. With few rows some processors read ahead far enough by themselves, and requests would only take time; with more, the products of one line last so long
 * that none does. AMD's follow one row's reading by themselves; Intel's stop at each page of 4 KB, even within a huge one.
 */
public final class Prefetch {
    /** The rows from which on weights are requested. */
    public static final int MIN_ROWS = Processor.isAmd() ? 3 : 1;

    public static final int BYTES_AHEAD = 4096;

    private Prefetch() {}
}
