package io.baseload.service.audit;

import io.baseload.service.audit.SignedTrail.Signed;
import io.baseload.service.audit.TrailRows.Head;
import io.baseload.service.audit.TrailRows.Node;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Signs the state of the trail, and never anything that contradicts an earlier signature.
 *
 * <p><b>Idea.</b> The process follows the trail: it keeps the right edge of the Merkle tree over all entries that it has seen, and the chain's hash at that place. A checkpoint is
 * the root of that edge, signed. To continue, it reads the entries appended since, which must continue the chain that it remembers. So each checkpoint continues the previous one
 * by construction, and its cost depends only on the entries appended since.
 *
 * <p><b>Invariant.</b> The last signed checkpoint is on the home's disk before anybody else learns of it. Somebody who cuts, rewrites or replaces the trail in the database breaks
 * the continuation, and no checkpoint is signed any more, even after a restart. The trail is also compared with other processes' checkpoints, with those in the home's own file and
 * with those in the anchor file, which is the memory of processes whose homes don't last. The database's own table of checkpoints never decides what is signed, so a false row
 * there can't block signing.
 *
 * <p><b>A home without memory</b> begins at a checkpoint by a key that it trusts: the anchor's last one, or else the database's. The database gives the tree's edge there, which is
 * believed if it has the signed root, so that only the entries since are read.
 *
 * <p><b>A new home</b> on a database that others have signed for can't know whether it is the trail that they signed. It signs nothing and names the keys that it would have to
 * trust ({@code audit trust}). Its trail is not broken, so nothing speaks of tampering.
 *
 * <p><b>Locks.</b> This object's monitor guards the walk and signing. Anchors are called outside of it, and what is known already is read without it.
 */
public final class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

    private static final String FAILED = "The trail can't be read, or a checkpoint stored: see the service's log.";

    private final AuditTrail trail;
    private final TrailRows rows;
    private final TransactionOperations transactions;
    private final String origin;
    private final Path keyFile;
    private final TrustedKeys trusted;
    private final SignedTrail memory;
    private final CheckpointFile file;
    private final Anchors anchors;
    private final Closing closing;
    private final TrustedCheckpoints others;
    private final TrailPast past;
    private final Duration interval;

    private volatile SigningKey key;
    private @Nullable TrailState walked;
    /** The trusted keys when the walk began. */
    private Set<VerifierKey> begunWith = Set.of();
    /** Whether a trusted key has signed a part of what was walked over. */
    private boolean recognized;

    private volatile Optional<Checkpoint> signed = Optional.empty();
    private @Nullable Unstored unstored;
    /** Whether the home's file has the last checkpoint. */
    private boolean inFile;

    private Optional<Checkpoint> expected = Optional.empty();
    private volatile Status status = new Status(0, Instant.EPOCH, Instant.now(), Optional.empty(), false);

    /**
     * @param interval how often a checkpoint is taken
     * @param closing limits the work at the end of the process
     */
    Checkpoints(
            AuditTrail trail,
            TrailRows rows,
            TransactionOperations transactions,
            String origin,
            Path keyFile,
            TrustedKeys trusted,
            SignedTrail memory,
            List<AnchorStatus> anchors,
            CheckpointFile file,
            Duration interval,
            Closing closing) {
        this.trail = trail;
        this.rows = rows;
        this.transactions = transactions;
        this.origin = origin;
        this.keyFile = keyFile;
        this.trusted = trusted;
        this.memory = memory;
        this.anchors = new Anchors(anchors, closing);
        this.closing = closing;
        this.others = new TrustedCheckpoints(rows, origin);
        this.past = new TrailPast(rows);
        this.file = file;
        this.interval = interval;
        this.key = SigningKey.in(keyFile, origin);
        trusted.add(key.verifier()); // even after another key has replaced it
    }

    /**
     * The state of signing, for metrics and verification.
     *
     * @param size entries covered by the last checkpoint
     * @param currentAt when the last checkpoint last covered the whole trail; the start of the process until one first does
     * @param refusal why nothing is signed now
     * @param broken whether that is because the trail contradicts what was signed
     */
    public record Status(long size, Instant signedAt, Instant currentAt, Optional<String> refusal, boolean broken) {}

    /** The result of a walk to the current end. */
    record Walked(TrailState state, Head head, Optional<TrailBrokenException> broken, boolean hasSigned) {}

    /**
     * Signs the chain's current end, unless the last checkpoint did, and sends the checkpoint to the anchors, whatever prevents a newer one.
     *
     * @return the latest checkpoint of this process; empty if it has signed none yet
     */
    public Optional<Checkpoint> take() {
        return signNow().map(this::anchored);
    }

    private synchronized Optional<Checkpoint> signNow() {
        try {
            sign(signable());
        } catch (NotSignedException e) {
            refuse(String.valueOf(e.getMessage()), false);
        } catch (TrailBrokenException e) {
            log.error("THE AUDIT TRAIL IS BROKEN at {}: {}. Nothing is signed.", e.seq(), e.getMessage());
            refuse(String.valueOf(e.getMessage()), true);
        } catch (RuntimeException e) {
            String cause = NestedExceptionUtils.getMostSpecificCause(e).toString();
            log.warn("Signing failed: {}, because of {}", e.toString(), cause);
            refuse(FAILED, status.broken()); // nothing shows that it is whole again
        }
        return signed;
    }

    /** Sends the checkpoint to the anchors. Their additions, such as cosignatures of witnesses, are kept with it. */
    private Checkpoint anchored(Checkpoint checkpoint) {
        Checkpoint kept = anchors.keep(
                checkpoint, size -> MerkleTree.consistency(size, checkpoint.size(), new MerkleNodes(rows)));
        if (!kept.note().equals(checkpoint.note())) {
            remember(kept);
        }
        return kept;
    }

    /** A newer checkpoint may have been signed meanwhile: then only the file has the additions to the earlier one. */
    private synchronized void remember(Checkpoint kept) {
        Optional<Signed> same = memory.read()
                .filter(last ->
                        last.checkpoint().signed().text().equals(kept.signed().text()));
        same.ifPresent(last -> {
            var all = last.checkpoint().with(kept.signed().signatures());
            memory.write(new Signed(all, last.state()));
            signed = Optional.of(all);
        });
        file.append(kept);
    }

    /** The process ends: from now on a walk and calls to anchors end in time for that, and running calls to anchors at once. */
    void end() {
        closing.begin();
        anchors.interrupt();
    }

    /** The latest checkpoint of this process, without taking a new one. */
    Optional<Checkpoint> latest() {
        return signed;
    }

    public Status status() {
        return status;
    }

    /** The reason why something has no checkpoint. */
    public NotSignedException notSigned() {
        return new NotSignedException(
                "No checkpoint covers this now. " + status.refusal().orElse("There are no such entries."));
    }

    /** Whether the last checkpoint and its copies are recent. */
    public Signing signing() {
        return Signing.at(Instant.now(), status, anchors.all(), interval);
    }

    public List<AnchorStatus> anchors() {
        return anchors.all();
    }

    /** All known keys: this process's own first, then the trusted ones, then those named by the database. */
    public List<KnownKey> keys() {
        var known = new ArrayList<KnownKey>();
        VerifierKey own = key.verifier();
        known.add(new KnownKey(own, true, true));
        trusted.all().stream()
                .filter(other -> !other.equals(own))
                .forEach(other -> known.add(new KnownKey(other, false, true)));
        for (VerifierKey other : rows.published()) {
            if (known.stream().noneMatch(one -> one.key().equals(other))) {
                known.add(new KnownKey(other, false, false));
            }
        }
        return known;
    }

    /**
     * @param current whether this process signs with it
     * @param trusted whether this home trusts its signatures
     */
    public record KnownKey(VerifierKey key, boolean current, boolean trusted) {}

    /**
     * Replaces the signing key. The trail names the new one before the last checkpoint by the old one, which both keys sign, so that trust in the old key extends to the new one.
     *
     * @throws NotSignedException if this home may not sign the trail, or both keys could not sign now; the key stays
     */
    public synchronized VerifierKey rotate(Actor actor) {
        signable();
        var successor = SigningKey.in(SigningKey.successor(keyFile), origin);
        var old = key;
        trail.recordAdmin(
                actor,
                "admin.audit.rotate",
                "audit/keys/" + successor.verifier().id(),
                Map.of("old", old.verifier().text(), "new", successor.verifier().text()));
        trusted.add(old.verifier());
        trusted.add(successor.verifier());
        if (!sign(advance(), List.of(old, successor))) {
            throw new NotSignedException(
                    "Another process takes a checkpoint now, so both keys could not sign one. Try again.");
        }
        SigningKey.replace(keyFile);
        key = SigningKey.in(keyFile, origin);
        rows.publish(key.verifier());
        return key.verifier();
    }

    /** Walks to the current end without signing. */
    synchronized Walked walk() {
        Optional<TrailBrokenException> broken = Optional.empty();
        Head head = rows.head();
        try {
            head = advance();
        } catch (TrailBrokenException e) {
            broken = Optional.of(e);
        } catch (NotSignedException e) { // nothing contradicts, but nothing is verified
            broken = Optional.of(new TrailBrokenException(rows.base().size() + 1, String.valueOf(e.getMessage())));
        }
        return new Walked(state(), head, broken, signed.isPresent());
    }

    /** The checkpoint in a row of the database, if it is signed with a key that this home trusts. */
    Optional<Checkpoint> genuine(TrailRows.Note note) {
        return others.genuine(note, believed());
    }

    /** A home that has signed nothing begins again when it trusts other keys, since their checkpoints may contradict. */
    private TrailState state() {
        var keys = believed();
        if (walked == null || signed.isEmpty() && !keys.equals(begunWith)) {
            recognized = false;
            walked = restore(keys);
            begunWith = keys;
        }
        return walked;
    }

    private TrailState restore(Set<VerifierKey> keys) {
        Optional<Signed> last = memory.read();
        if (last.isPresent() && !last.get().checkpoint().origin().equals(origin)) {
            throw new TrailBrokenException(
                    1,
                    "this home has signed the trail " + last.get().checkpoint().origin() + ", and the database holds "
                            + origin + ". If that is intended: bin/baseload audit trust --new-trail");
        }
        signed = last.map(Signed::checkpoint);
        status = status(status.currentAt(), Optional.empty(), false);
        var files = new ArrayList<>(List.of(file));
        anchors().forEach(anchor -> anchor.file().ifPresent(files::add));
        long known = signed.map(Checkpoint::size).orElse(0L);
        expected = files.stream()
                .flatMap(one -> one.last(origin, keys).stream())
                .filter(checkpoint -> checkpoint.size() > known)
                .max(java.util.Comparator.comparingLong(Checkpoint::size));
        return last.map(Signed::state).orElseGet(() -> begin(keys));
    }

    /** At a trusted checkpoint, if the database's trail agrees with it there; otherwise at the first entry, so that the walk finds the place where it doesn't. */
    private TrailState begin(Set<VerifierKey> keys) {
        TrailState base = rows.base();
        expected = expected.or(() -> others.newest(keys));
        Optional<TrailState> trustedState =
                expected.filter(checkpoint -> checkpoint.size() > base.size()).flatMap(past::stateOf);
        recognized = trustedState.isPresent();
        return trustedState.orElse(base);
    }

    /** Reads the entries appended since, and compares them with all checkpoints that cover them. */
    private Head advance() {
        TrailState from = afterArchived(state());
        Head head = rows.head();
        if (head.seq() < from.size()) {
            throw new TrailBrokenException(head.seq() + 1, "entries that this process has seen are missing");
        }
        if (expected.isPresent() && expected.get().size() > head.seq()) {
            throw new TrailBrokenException(head.seq() + 1, "signed entries are missing");
        }
        if (expected.isPresent() && expected.get().size() < from.size()) {
            past.requireContinued(expected.get().size(), expected.get().root(), from);
        }
        var nodes = new ArrayList<Node>();
        var walk = new TrailWalk(from, (level, place, root) -> nodes.add(new Node(level, place, root)));
        var notes = new Notes(rows, from.size(), head.seq());
        var keys = believed();
        expected.ifPresent(walk::hold);
        boolean met = recognized;
        if (walk.size() == head.seq()) {
            requireEntry(head.seq());
        }
        while (walk.size() < head.seq()) {
            if (closing.isOver()) {
                throw new NotSignedException("The process ends before it has read the trail.");
            }
            List<AuditEntry> entries = rows.entries(walk.size(), head.seq());
            if (!TrailRows.follows(entries, walk.size())) {
                if (rows.base().size() > walk.size()) {
                    return advance(); // another process has archived and dropped the next entries meanwhile
                }
                throw new TrailBrokenException(walk.size() + 1, "entry " + (walk.size() + 1) + " is missing");
            }
            for (AuditEntry entry : entries) {
                walk.next(entry);
                expected.ifPresent(walk::hold);
                Optional<Checkpoint> noted = notes.at(walk.size()).flatMap(note -> others.genuine(note, keys));
                noted.ifPresent(walk::hold);
                met |= noted.isPresent();
            }
            rows.append(nodes);
            nodes.clear();
        }
        TrailState reached = walk.state();
        if (!MessageDigest.isEqual(head.hash(), reached.chain())) {
            throw new TrailBrokenException(head.seq(), "the chain's end is not the last entry's");
        }
        walked = reached;
        recognized = met || expected.isPresent();
        expected = Optional.empty();
        return head;
    }

    /** Nothing was appended, which could be because there is nothing any more to append to. */
    private void requireEntry(long seq) {
        if (rows.entry(seq).isEmpty() && rows.base().size() < seq) {
            throw new TrailBrokenException(seq, "entry " + seq + " is missing");
        }
    }

    /** Where the trail begins now, if entries that this home has not seen were archived and dropped while it was away. */
    private TrailState afterArchived(TrailState from) {
        TrailState base = rows.base();
        if (base.size() <= from.size()) {
            return from;
        }
        if (from.size() > 0) {
            past.requireContinued(from.size(), from.tree().root(), base);
        }
        return base;
    }

    /** Walks to the current end of a trail that this home may sign. */
    private Head signable() {
        Head head = advance();
        Set<String> strangers = signed.isEmpty() && !recognized ? others.strangers(believed()) : Set.of();
        if (!strangers.isEmpty()) {
            throw new NotSignedException("The trail has checkpoints by keys that this home doesn't trust: " + strangers
                    + ". If they are yours: bin/baseload audit trust KEY");
        }
        return head;
    }

    private Set<VerifierKey> believed() {
        var keys = trusted.all();
        keys.add(key.verifier());
        return keys;
    }

    private void sign(Head head) {
        if (head.seq() > signed.map(Checkpoint::size).orElse(0L)) {
            sign(head, List.of(key));
        } else if (unstored != null) {
            store(unstored);
        } else {
            status = status(Instant.now(), Optional.empty(), false);
        }
    }

    /** @return false if the database doesn't have it: another process is taking one now, or has taken one of this size */
    private boolean sign(Head head, List<SigningKey> keys) {
        TrailState state = state();
        var at = head.at().truncatedTo(ChronoUnit.MICROS);
        var text = Checkpoint.text(origin, state.size(), state.tree().root(), at, state.chain());
        var note = new SignedNote(text, keys.stream().map(one -> one.sign(text)).toList());
        boolean first = signed.isEmpty() || unstored != null && unstored.first();
        var verifiers = keys.stream().map(SigningKey::verifier).toList();
        return store(new Unstored(new Signed(Checkpoint.parse(note.toString()), state), verifiers, first));
    }

    /**
     * A checkpoint that the database doesn't have yet.
     *
     * @param keys that have signed it
     * @param first whether the database has none of this home
     */
    private record Unstored(Signed signed, List<VerifierKey> keys, boolean first) {}

    private enum Stored {
        NOT_NOW,
        KNOWN,
        NEW
    }

    /** The end of the trail counts as signed once the database has committed that, so that whoever makes it refuse checkpoints doesn't go unnoticed. */
    private boolean store(Unstored next) {
        Stored result = Objects.requireNonNull(transactions.execute(_ -> {
            if (!rows.lock()) {
                return Stored.NOT_NOW;
            }
            remember(next);
            next.keys().forEach(rows::publish);
            boolean isNew = rows.append(next.signed().checkpoint());
            if (next.first()) {
                firstOfThisHome();
            }
            return isNew ? Stored.NEW : Stored.KNOWN;
        }));
        if (result != Stored.NOT_NOW) {
            unstored = null;
            status = status(Instant.now(), Optional.empty(), false);
        }
        return result == Stored.NEW;
    }

    /** A signed checkpoint is on disk before the database or anybody else learns of it, and stays signed even if they never do. */
    private void remember(Unstored next) {
        if (!next.equals(unstored)) {
            memory.write(next.signed());
            signed = Optional.of(next.signed().checkpoint());
            unstored = next;
            inFile = false;
            log.info("audit checkpoint {}", next.signed().checkpoint().line());
        }
        if (!inFile) {
            file.append(next.signed().checkpoint());
            inFile = true;
        }
    }

    /** A home that continues where others have signed records this in the trail. */
    private void firstOfThisHome() {
        var others = trusted.all().stream()
                .filter(other -> !other.equals(key.verifier()))
                .map(VerifierKey::text)
                .sorted()
                .toList();
        if (!others.isEmpty()) {
            trail.recordAdmin(
                    Actor.SYSTEM,
                    "admin.audit.trust",
                    "audit/keys/" + key.verifier().id(),
                    Map.of("key", key.verifier().text(), "trusted", others));
        }
    }

    private void refuse(String reason, boolean broken) {
        log.warn("No audit checkpoint: {}", reason);
        status = status(status.currentAt(), Optional.of(reason), broken);
    }

    private Status status(Instant currentAt, Optional<String> refusal, boolean broken) {
        return new Status(
                signed.map(Checkpoint::size).orElse(0L),
                signed.map(Checkpoint::at).orElse(Instant.EPOCH),
                currentAt,
                refusal,
                broken);
    }
}
