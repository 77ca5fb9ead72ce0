package io.baseload.service.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Limits the memory of the bodies of all requests together, counted byte by byte as they arrive. The bodies of one owner may take at most as much as is still free, so half of the
 * memory if there are no others, and there is always some left for the next owner. If it runs short, the oldest incomplete bodies are dropped, first those of the same owner, then
 * those of owners that hold more: a client that sends at full speed has finished long before its body is the oldest. A complete body stays counted until its request ends.
 */
final class BodyMemory {
    /** A body that is being received. All fields are guarded by the memory. */
    static final class Body {
        private final String owner;
        private final Runnable giveUp;
        private long bytes;
        private boolean ended;

        /** @param giveUp makes the reading of this body fail */
        Body(String owner, Runnable giveUp) {
            this.owner = owner;
            this.giveUp = giveUp;
        }
    }

    private final long limit;
    private final Set<Body> arriving = new LinkedHashSet<>();
    private final Map<String, Long> owned = new HashMap<>();
    private long taken;

    BodyMemory(long limit) {
        this.limit = limit;
    }

    /** A sixteenth of the heap: the text and the tree made from a body need some more. */
    static BodyMemory ofHeap() {
        return new BodyMemory(
                Math.max(2 * BodyLimit.MAX_BYTES, Runtime.getRuntime().maxMemory() / 16));
    }

    synchronized Body begin(String owner, Runnable giveUp) {
        var body = new Body(owner, giveUp);
        arriving.add(body);
        return body;
    }

    /** Counts received bytes, or gives some back; false if there is no room for them, or the body was dropped. Giving back never fails. Whatever the dropping of others takes, no further body waits for it. */
    boolean grow(Body body, int bytes) {
        List<Body> dropped = new ArrayList<>();
        boolean grown = grow(body, bytes, dropped);
        dropped.forEach(other -> other.giveUp.run());
        return grown;
    }

    /** @param dropped gets those that have to be given up */
    private synchronized boolean grow(Body body, int bytes, List<Body> dropped) {
        if (body.ended) {
            return bytes <= 0;
        }
        if (bytes > 0 && !makeRoom(body, bytes, dropped)) { // what is given back needs none
            return false;
        }
        body.bytes += bytes;
        add(body.owner, bytes);
        return true;
    }

    private boolean makeRoom(Body body, long bytes, List<Body> dropped) {
        long own = owned.getOrDefault(body.owner, 0L) + bytes;
        return makeRoom(body, bytes, dropped, other -> other.owner.equals(body.owner))
                || makeRoom(
                        body,
                        bytes,
                        dropped,
                        other -> other.owner.equals(body.owner) || owned.getOrDefault(other.owner, 0L) > own);
    }

    /** Nobody is dropped if that would not be enough. */
    private boolean makeRoom(Body body, long bytes, List<Body> dropped, Predicate<Body> which) {
        long all = taken + bytes;
        long own = owned.getOrDefault(body.owner, 0L) + bytes;
        List<Body> enough = new ArrayList<>();
        var oldest = arriving.iterator();
        while (own + all > limit && oldest.hasNext()) {
            Body other = oldest.next();
            if (other != body && other.bytes > 0 && which.test(other)) {
                enough.add(other);
                all -= other.bytes;
                own -= other.owner.equals(body.owner) ? other.bytes : 0;
            }
        }
        if (own + all > limit) {
            return false;
        }
        enough.forEach(this::end);
        dropped.addAll(enough);
        return true;
    }

    /** The body is complete. */
    synchronized void complete(Body body) {
        arriving.remove(body);
    }

    /** The request has ended. */
    synchronized void end(Body body) {
        arriving.remove(body);
        if (!body.ended) {
            body.ended = true;
            add(body.owner, -body.bytes);
        }
    }

    private void add(String owner, long bytes) {
        taken += bytes;
        long now = owned.getOrDefault(owner, 0L) + bytes;
        if (now == 0) {
            owned.remove(owner);
        } else {
            owned.put(owner, now);
        }
    }

    synchronized long taken() {
        return taken;
    }

    static ApiException full() {
        return ApiException.unavailable(
                "overloaded", "The memory for bodies and large answers is full.", Duration.ofSeconds(1));
    }
}
