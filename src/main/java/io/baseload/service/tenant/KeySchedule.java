package io.baseload.service.tenant;

import io.baseload.service.database.Schedule;
import java.time.Duration;

/** Stores each minute which keys were used, so that no request waits for it, and which of them expire soon. */
public final class KeySchedule implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final ApiKeys keys;
    private final Duration notice;
    private final Schedule schedule = new Schedule("keys");
    private volatile int expiring;

    KeySchedule(ApiKeys keys, KeyProperties properties) {
        this.keys = keys;
        this.notice = properties.expiryNotice();
        schedule.repeat(PAUSE, PAUSE, "Keys that expire soon can't be counted now", this::run);
    }

    /** The number of keys expiring soon at the last count, without those that have a successor. */
    public int expiring() {
        return expiring;
    }

    @Override
    public void close() {
        schedule.close();
        write();
    }

    private void run() {
        write();
        keys.remind(notice);
        expiring = keys.countExpiring(notice);
    }

    private void write() {
        Schedule.attempt("The last use of keys can't be recorded now", keys::writeUses);
    }
}
