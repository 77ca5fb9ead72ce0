package io.baseload.cli;

import io.baseload.engine.api.ByteProgress;
import java.util.function.Consumer;

/** Prints a line for each tenth of long work. */
final class Percent implements ByteProgress {
    private static final long SHORT_NANOS = 1_000_000_000;

    private final Consumer<String> lines;
    private final String work;

    /** Nothing is printed before. */
    private final long from;

    private long tenths;

    Percent(Output output) {
        this(output::note, "… ", System.nanoTime());
    }

    private Percent(Consumer<String> lines, String work, long from) {
        this.lines = lines;
        this.work = work;
        this.from = from;
    }

    /** On the error stream, where the command's result isn't, and only if the work takes more than a second. */
    static Percent aside(Output output, String work) {
        return new Percent(output::aside, work, System.nanoTime() + SHORT_NANOS);
    }

    @Override
    public boolean at(long done, long total) {
        long now = 10 * done / Math.max(1, total);
        if (now > tenths && System.nanoTime() - from >= 0) {
            tenths = now;
            lines.accept(work + 10 * now + " %");
        }
        return true;
    }
}
