package io.baseload.service.web;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Limits the memory of the bodies of all requests together, counted byte by byte as they arrive. If it runs short, the oldest incomplete bodies are dropped, as long as there are
 * any: a client that sends at full speed has finished long before its body is the oldest. A complete body stays counted until its request ends.
 */
final class BodyMemory {
    /** A body that is being received. All fields are guarded by the memory. */
    static final class Body {
        private final Runnable giveUp;
        private long bytes;
        private boolean ended;

        /** @param giveUp makes the reading of this body fail; must not block */
        Body(Runnable giveUp) {
            this.giveUp = giveUp;
        }
    }

    private final long limit;
    private final Set<Body> arriving = new LinkedHashSet<>();
    private long taken;

    BodyMemory(long limit) {
        this.limit = limit;
    }

    /** A sixteenth of the heap: the text and the tree made from a body need some more. */
    static BodyMemory ofHeap() {
        return new BodyMemory(
                Math.max(2 * BodyLimit.MAX_BYTES, Runtime.getRuntime().maxMemory() / 16));
    }

    synchronized Body begin(Runnable giveUp) {
        var body = new Body(giveUp);
        arriving.add(body);
        return body;
    }

    /** Counts received bytes; false if there is no room for them, or the body was dropped. */
    synchronized boolean grow(Body body, int bytes) {
        if (body.ended) {
            return false;
        }
        body.bytes += bytes;
        taken += bytes;
        var oldest = arriving.iterator();
        while (taken > limit && oldest.hasNext()) {
            Body other = oldest.next();
            if (other != body) {
                oldest.remove();
                other.giveUp.run();
                free(other);
            }
        }
        return taken <= limit;
    }

    /** The body is complete. */
    synchronized void complete(Body body) {
        arriving.remove(body);
    }

    /** The request has ended. */
    synchronized void end(Body body) {
        arriving.remove(body);
        free(body);
    }

    private void free(Body body) {
        taken -= body.ended ? 0 : body.bytes;
        body.ended = true;
    }

    synchronized long taken() {
        return taken;
    }

    static ApiException full() {
        return ApiException.unavailable("overloaded", "Too many bodies are being read now.", Duration.ofSeconds(1));
    }
}
