package io.baseload.cli;

import io.baseload.engine.api.Progress;
import java.util.function.Consumer;

/** Prints a line for each tenth of long work. */
final class Percent implements Progress {
    private final Consumer<String> lines;
    private final String work;
    private long tenths;

    Percent(Output output) {
        this(output::note, "… ");
    }

    private Percent(Consumer<String> lines, String work) {
        this.lines = lines;
        this.work = work;
    }

    /** On the error stream, where the command's result isn't. */
    static Percent aside(Output output, String work) {
        return new Percent(output::aside, work);
    }

    @Override
    public boolean at(long done, long total) {
        long now = 10 * done / Math.max(1, total);
        if (now > tenths) {
            tenths = now;
            lines.accept(work + 10 * now + " %");
        }
        return true;
    }
}
