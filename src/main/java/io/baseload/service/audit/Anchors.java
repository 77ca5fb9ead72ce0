package io.baseload.service.audit;

import io.baseload.service.audit.SignedNote.SignatureLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends checkpoints to all anchors at the same time, so that one that hangs delays no other. Each call has a thread of the system: a file on a volume that is gone may hang in
 * the kernel, which would take a virtual thread's carrier away from requests.
 */
final class Anchors {
    private static final Logger log = LoggerFactory.getLogger(Anchors.class);

    /** A witness is asked twice if it knows another checkpoint than assumed. */
    private static final int MAX_CALLS = 2;

    private final List<AnchorStatus> all;
    private final Closing closing;
    private final Set<FutureTask<Checkpoint>> running = ConcurrentHashMap.newKeySet();

    /** @param closing its time is also that of one call */
    Anchors(List<AnchorStatus> all, Closing closing) {
        this.all = all;
        this.closing = closing;
    }

    List<AnchorStatus> all() {
        return all;
    }

    /** The checkpoint with the additions of those that accept it in time, such as cosignatures of witnesses. */
    Checkpoint keep(Checkpoint checkpoint, Anchor.History history) {
        var calls = all.stream()
                .map(anchor -> new FutureTask<>(() -> anchor.keep(checkpoint, history)))
                .toList();
        running.addAll(calls);
        try {
            calls.forEach(
                    call -> Thread.ofPlatform().daemon().name("audit-anchor").start(call));
            return together(checkpoint, calls);
        } finally {
            calls.forEach(call -> call.cancel(true));
            calls.forEach(running::remove);
        }
    }

    /** Ends the calls that are running, so that whoever waits for them goes on. */
    void interrupt() {
        running.forEach(call -> call.cancel(true));
    }

    private Checkpoint together(Checkpoint checkpoint, List<FutureTask<Checkpoint>> calls) {
        Duration limit = closing.left(closing.patience().multipliedBy(MAX_CALLS));
        long end = System.nanoTime() + limit.toNanos();
        var additions = new ArrayList<SignatureLine>();
        for (var call : calls) {
            try {
                Checkpoint kept = call.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                additions.addAll(added(checkpoint, kept));
            } catch (TimeoutException | CancellationException e) {
                log.debug("an anchor has not answered", e); // its age shows it
            } catch (ExecutionException e) {
                log.warn("An audit anchor failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return checkpoint.with(additions);
    }

    private static List<SignatureLine> added(Checkpoint checkpoint, Checkpoint kept) {
        if (kept.note().equals(checkpoint.note())) {
            return List.of();
        }
        var known =
                checkpoint.signed().signatures().stream().map(SignedNote::line).collect(Collectors.toSet());
        return kept.signed().signatures().stream()
                .filter(line -> !known.contains(SignedNote.line(line)))
                .toList();
    }
}
