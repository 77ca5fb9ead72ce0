package io.baseload.service.tenant;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores each minute which keys were used, so that no request waits for it, and which of them expire soon. */
public final class KeySchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeySchedule.class);

    private final ApiKeys keys;
    private final Duration notice;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("keys").daemon().factory());
    private volatile int expiring;

    KeySchedule(ApiKeys keys, KeyProperties properties) {
        this.keys = keys;
        this.notice = properties.expiryNotice();
        var unused = executor.scheduleWithFixedDelay(this::run, 60, 60, TimeUnit.SECONDS);
    }

    /** The number of keys expiring soon at the last count, without those that have a successor. */
    public int expiring() {
        return expiring;
    }

    @Override
    public void close() {
        executor.close();
        write();
    }

    private void run() {
        write();
        try {
            keys.remind(notice);
            expiring = keys.countExpiring(notice);
        } catch (RuntimeException e) {
            log.warn("Keys that expire soon can't be counted now: {}", e.toString());
        }
    }

    private void write() {
        try {
            keys.writeUses();
        } catch (RuntimeException e) {
            log.warn("The last use of keys can't be recorded now: {}", e.toString());
        }
    }
}
