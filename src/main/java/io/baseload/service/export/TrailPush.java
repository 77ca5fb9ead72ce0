package io.baseload.service.export;

import io.baseload.service.audit.AuditTrail;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the trail to targets, each on its own thread, from the first entry on, in order, each entry at least once. Only one process at a time sends to a target, and the next one
 * continues where it stopped: the cursor is in the database, and moves after the target has accepted everything before it. So each failure repeats at most one batch.
 */
final class TrailPush implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TrailPush.class);
    private static final int BATCH = 500;

    /** After a batch that was too large, half as many are sent, and then a little more each time. */
    private static final int MORE = 8;

    private static final long IDLE_MILLIS = 1_000;
    private static final long MAX_PAUSE_MILLIS = 60_000;

    private final AuditTrail trail;
    private final PushCursors cursors;
    private final UUID holder = UUID.randomUUID();
    private final Map<String, Thread> threads = new ConcurrentHashMap<>();
    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private volatile boolean closed;

    TrailPush(AuditTrail trail, PushCursors cursors) {
        this.trail = trail;
        this.cursors = cursors;
    }

    void start(String target, Receiver receiver) {
        threads.put(target, Thread.ofVirtual().name("push-" + target).start(() -> run(target, receiver)));
    }

    private void run(String target, Receiver receiver) {
        long pause = IDLE_MILLIS;
        int most = BATCH;
        while (!closed) {
            try {
                int pushed = push(target, receiver, most);
                most = Math.min(BATCH, most + Math.ceilDiv(pushed, MORE));
                if (pushed == 0) {
                    Thread.sleep(IDLE_MILLIS);
                }
                pause = IDLE_MILLIS;
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException | Error e) {
                if (e instanceof BatchTooLargeException && most > 1) {
                    most /= 2;
                    continue;
                }
                log.warn("The audit trail is not sent to {} now: {}", target, e.toString());
                pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }
    }

    /** Sends the next entries; returns their number, 0 if there are none, or another process sends. */
    private int push(String target, Receiver receiver, int most) throws IOException, InterruptedException {
        var after = cursors.hold(target, holder);
        if (after.isEmpty()) {
            sent.remove(target);
            return 0;
        }
        sent.put(target, after.getAsLong());
        var entries = trail.next(after.getAsLong(), most);
        if (entries.isEmpty()) {
            return 0;
        }
        int pushed = receiver.send(entries);
        long last = entries.get(pushed - 1).seq();
        cursors.advance(target, holder, last);
        sent.put(target, last);
        return pushed;
    }

    /** Entries that a target does not have yet; 0 if another process sends. */
    long behind(String target) {
        Long last = sent.get(target);
        return last == null ? 0 : Math.max(0, cursors.end() - last);
    }

    @Override
    public void close() {
        closed = true;
        threads.values().forEach(Thread::interrupt);
        try {
            for (Thread thread : threads.values()) {
                thread.join();
            }
            cursors.release(holder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.warn("Others send the audit trail when this process's lease is over: {}", e.toString());
        }
    }
}
