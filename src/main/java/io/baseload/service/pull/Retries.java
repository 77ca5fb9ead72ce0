package io.baseload.service.pull;

import java.io.IOException;
import java.time.Duration;

/** Retries after failures that may be temporary, each after a longer pause, until there were too many in a row. */
final class Retries {
    private static final Duration MAX_PAUSE = Duration.ofSeconds(60);

    private final int most;
    private final Duration firstPause;
    private final Stop stop;
    private int failures;

    Retries(int most, Duration firstPause, Stop stop) {
        this.most = most;
        this.firstPause = firstPause;
        this.stop = stop;
    }

    /** Asks a server. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException;
    }

    <T> T until(String what, Attempt<T> attempt) {
        while (true) {
            try {
                return attempt.run();
            } catch (IOException e) {
                failed(what, e);
            }
        }
    }

    /** Something arrived, so earlier failures no longer count. */
    void progressed() {
        failures = 0;
    }

    /**
     * Returns after a pause.
     *
     * @throws PullException if there were too many failures
     */
    void failed(String what, IOException failure) {
        stop.check();
        if (failures++ >= most) {
            throw new PullException(
                    what + ": " + reason(failure) + "; given up after " + failures + " attempts.", failure);
        }
        Duration own = firstPause.multipliedBy(1L << Math.min(failures - 1, 10));
        Duration asked = failure instanceof TransientException e ? e.pause() : Duration.ZERO;
        Duration pause = own.compareTo(asked) > 0 ? own : asked;
        stop.sleep(pause.compareTo(MAX_PAUSE) < 0 ? pause : MAX_PAUSE);
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
