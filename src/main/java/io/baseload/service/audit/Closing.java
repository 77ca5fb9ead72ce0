package io.baseload.service.audit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The end of the process: once it has begun, there is one limited time for all that is still to be done. */
final class Closing {
    private final Duration patience;
    private volatile @Nullable Long end;

    /** @param patience from the beginning of the end on */
    Closing(Duration patience) {
        this.patience = patience;
    }

    Duration patience() {
        return patience;
    }

    synchronized void begin() {
        if (end == null) {
            end = System.nanoTime() + patience.toNanos();
        }
    }

    boolean isOver() {
        Long known = end;
        return known != null && known - System.nanoTime() <= 0;
    }

    /** What is left of the time, at most this much; all of this before the end has begun. */
    Duration left(Duration most) {
        Long known = end;
        if (known == null) {
            return most;
        }
        var left = Duration.ofNanos(Math.max(0, known - System.nanoTime()));
        return left.compareTo(most) < 0 ? left : most;
    }
}
