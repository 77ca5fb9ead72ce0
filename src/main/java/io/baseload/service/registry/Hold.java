package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request's hold on a slot. */
final class Hold implements ServedModel {
    private final Slot slot;
    private final Runnable release;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Hold(Slot slot, Runnable release) {
        this.slot = slot;
        this.release = release;
    }

    @Override
    public String id() {
        return slot.id();
    }

    @Override
    public String fingerprint() {
        return slot.fingerprint();
    }

    @Override
    public Completions completions() {
        return slot.completions();
    }

    @Override
    public int places() {
        return slot.model().places();
    }

    @Override
    public Duration queueTime() {
        return slot.model().queueTime();
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            release.run();
        }
    }
}
