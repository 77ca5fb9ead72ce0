package io.baseload.service.audit;

import io.baseload.service.audit.Checkpoints.Walked;
import io.baseload.service.audit.TrailRows.Head;
import io.baseload.service.audit.TrailRows.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the trail: the entries appended since the last time, and each time a range of those verified before, so that all of it is verified again in rounds. A trail of up to
 * {@link #MAX_ENTRIES}, where a checkpoint counts as {@value #ENTRIES_PER_CHECKPOINT}, is verified completely each time. Memory and time of one verification don't grow with the trail, no statement holds a snapshot, and callers during a running
 * verification get its result.
 */
public final class AuditVerifier {
    private static final int MAX_ENTRIES = 100_000;
    /** Checking a signature takes as long as reading this many entries. */
    private static final int ENTRIES_PER_CHECKPOINT = 20;

    private static final int MAX_NAMED = 1000;

    private final TrailRows rows;
    private final Checkpoints checkpoints;
    private final int maxEntries;
    private final AtomicReference<@Nullable CompletableFuture<Verification>> running = new AtomicReference<>();
    private Optional<Round> round = Optional.empty();
    private Optional<TrailBrokenException> lastRound = Optional.empty();
    /** What the next round has to have read before it is known whether what was bad in the last one still is. */
    private long lastBad;

    private Optional<Instant> finishedAt = Optional.empty();
    private long noted;

    AuditVerifier(TrailRows rows, Checkpoints checkpoints) {
        this(rows, checkpoints, MAX_ENTRIES);
    }

    /** @param maxEntries past entries that one verification reads, with their checkpoints */
    AuditVerifier(TrailRows rows, Checkpoints checkpoints, int maxEntries) {
        this.rows = rows;
        this.checkpoints = checkpoints;
        this.maxEntries = maxEntries;
    }

    public Verification verify() {
        var mine = new CompletableFuture<Verification>();
        var other = running.compareAndExchange(null, mine);
        if (other != null) {
            return await(other);
        }
        try {
            mine.complete(run());
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
        } finally {
            running.set(null);
        }
        return await(mine);
    }

    private static Verification await(CompletableFuture<Verification> verification) {
        try {
            return verification.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private synchronized Verification run() {
        Walked front = checkpoints.walk();
        var present = round.orElseGet(() -> new Round(front));
        round = present.go() ? Optional.empty() : Optional.of(present);
        if (round.isEmpty()) {
            lastRound = present.broken;
            lastBad = present.bad;
            noted = present.checkpoints;
            finishedAt = Optional.of(Instant.now());
        }
        var bad = Stream.of(
                        front.broken(),
                        beyond(front),
                        present.broken,
                        lastRound.filter(found -> present.isAhead(lastBad)))
                .flatMap(Optional::stream)
                .min(java.util.Comparator.comparingLong(TrailBrokenException::seq));
        var integrity = new Verification.Integrity(
                bad.isEmpty(),
                bad.map(TrailBrokenException::seq).map(OptionalLong::of).orElseGet(OptionalLong::empty),
                bad.map(TrailBrokenException::getMessage),
                Math.max(noted, present.checkpoints),
                Set.copyOf(present.strangers));
        return new Verification(
                integrity,
                completeness(front.head(), moreKnowing(front.state(), present.walk.state())),
                new Verification.Round(present.walk.size(), present.target.size(), finishedAt),
                front.state().size(),
                HexFormat.of().formatHex(front.state().chain()),
                front.head().at());
    }

    private static Optional<TrailBrokenException> beyond(Walked front) {
        return front.head().beyond()
                ? Optional.of(new TrailBrokenException(
                        front.head().seq() + 1, "there is a checkpoint of more entries than the trail has"))
                : Optional.empty();
    }

    /** A process without memory knows no intents before the checkpoint at which it began; a round that has just reached the end does. */
    private static TrailState moreKnowing(TrailState front, TrailState round) {
        return round.size() == front.size() && round.before() < front.before() ? round : front;
    }

    private static Verification.Completeness completeness(Head head, TrailState state) {
        var dead = new HashSet<>(state.open().keySet());
        dead.removeAll(head.running());
        return new Verification.Completeness(
                dead.isEmpty() && state.stray() == 0,
                state.open().values().stream().sorted().limit(MAX_NAMED).toList());
    }

    /** One walk over all entries that existed when it started. */
    private final class Round {
        private final TrailState target;
        private final boolean hasSigned;
        private final Set<String> strangers = new HashSet<>();
        /** Those of the Merkle tree that are complete, as the entries make them. */
        private final List<Node> nodes = new ArrayList<>();

        private TrailWalk walk = from(rows.base());
        private Notes notes = new Notes(rows, walk.size(), Long.MAX_VALUE);
        private Optional<TrailBrokenException> broken = Optional.empty();
        /** The entry at which the last bad place was found. */
        private long bad;

        private long checkpoints;

        Round(Walked front) {
            this.target = front.state();
            this.hasSigned = front.hasSigned();
        }

        private TrailWalk from(TrailState base) {
            return new TrailWalk(base, (level, place, root) -> nodes.add(new Node(level, place, root)));
        }

        /** Whether the place at which something was found in the last round is still ahead. */
        boolean isAhead(long entry) {
            return entry > walk.size() && round.isPresent();
        }

        /** Continues for a limited number of entries; true once the round is over, at the end or at the first bad entry. A node that is not that of its entries hides nothing behind it. */
        boolean go() {
            int left = maxEntries;
            try {
                while (walk.size() < target.size() && left > 0) {
                    left -= stretch();
                }
                if (walk.size() < target.size()) {
                    return false;
                }
                walk.hold(target);
            } catch (TrailBrokenException e) {
                found(e, Math.max(e.seq(), walk.size()));
            }
            return true;
        }

        private void found(TrailBrokenException what, long entry) {
            broken = broken.filter(earlier -> earlier.seq() <= what.seq()).or(() -> Optional.of(what));
            bad = Math.max(bad, entry);
        }

        /** Verifies the next entries; returns how many, with their checkpoints. */
        private int stretch() {
            var entries = rows.entries(walk.size(), target.size());
            if (!TrailRows.follows(entries, walk.size())) {
                TrailState base = rows.base();
                if (base.size() <= walk.size()) {
                    throw new TrailBrokenException(walk.size() + 1, "entry " + (walk.size() + 1) + " is missing");
                }
                walk = from(base); // the earlier segments were dropped meanwhile
                notes = new Notes(rows, walk.size(), Long.MAX_VALUE);
                return 1;
            }
            long before = checkpoints;
            for (AuditEntry entry : entries) {
                walk.next(entry);
                notes.at(walk.size()).ifPresent(this::hold);
            }
            compareNodes();
            return entries.size() + ENTRIES_PER_CHECKPOINT * Math.toIntExact(checkpoints - before);
        }

        /** Proofs are made from the nodes, so missing ones are written again, and whoever changed one is found. */
        private void compareNodes() {
            rows.append(nodes);
            for (Node node : rows.othersThan(nodes)) {
                long size = 1L << node.level();
                long before = node.place() << node.level();
                var what = new TrailBrokenException(
                        before + 1,
                        "the node of the Merkle tree over " + size + " entries from " + (before + 1)
                                + " on is not theirs");
                found(what, before + size);
            }
            nodes.clear();
        }

        private void hold(TrailRows.Note note) {
            Optional<Checkpoint> genuine = AuditVerifier.this.checkpoints.genuine(note);
            if (genuine.isPresent()) {
                walk.hold(genuine.get());
                checkpoints++;
                return;
            }
            var signers = SignedNote.signers(note.text());
            if (hasSigned || signers.isEmpty()) {
                throw new TrailBrokenException(
                        note.size(), "no trusted key has signed the checkpoint of " + note.size() + " entries");
            }
            strangers.addAll(signers);
        }
    }
}
