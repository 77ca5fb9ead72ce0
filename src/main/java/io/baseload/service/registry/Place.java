package io.baseload.service.registry;

import java.util.concurrent.CompletableFuture;

/** A slot with its count of holds. Not safe by itself: {@link Serving} guards it. */
final class Place {
    private final Slot slot;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private int holds;
    private boolean draining;
    private boolean closed;

    Place(Slot slot) {
        this.slot = slot;
    }

    Slot slot() {
        return slot;
    }

    boolean open() {
        return !draining;
    }

    void hold() {
        holds++;
    }

    /** @return whether the model is to be closed now */
    boolean release() {
        holds--;
        return closeIfUnused();
    }

    /** @return whether the model is to be closed now */
    boolean drain() {
        draining = true;
        return closeIfUnused();
    }

    /**
     * Takes a drain back.
     *
     * @return false if it is too late
     */
    boolean reopen() {
        draining = closed;
        return !closed;
    }

    private boolean closeIfUnused() {
        boolean now = draining && holds == 0 && !closed;
        closed |= now;
        return now;
    }

    /** Completes when the model's memory is free. */
    CompletableFuture<Void> gone() {
        return gone;
    }
}
