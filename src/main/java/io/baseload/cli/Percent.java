package io.baseload.cli;

import io.baseload.engine.api.Progress;

/** Prints a line for each tenth of long work. */
final class Percent implements Progress {
    private final Output output;
    private long tenths;

    Percent(Output output) {
        this.output = output;
    }

    @Override
    public boolean at(long done, long total) {
        long now = 10 * done / Math.max(1, total);
        if (now > tenths) {
            tenths = now;
            output.note("… " + 10 * now + " %");
        }
        return true;
    }
}
