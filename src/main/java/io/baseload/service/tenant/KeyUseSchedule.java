package io.baseload.service.tenant;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down each minute which keys were used; a request never waits for that. */
final class KeyUseSchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeyUseSchedule.class);

    private final ApiKeys keys;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("key-uses").daemon().factory());

    KeyUseSchedule(ApiKeys keys) {
        this.keys = keys;
        var unused = executor.scheduleWithFixedDelay(this::write, 60, 60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        executor.close();
        write();
    }

    private void write() {
        try {
            keys.writeUses();
        } catch (RuntimeException e) {
            log.warn("When keys were used last is not written down: {}", e.toString());
        }
    }
}
