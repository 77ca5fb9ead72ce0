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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
 * <p><b>A new home</b> on a database that others have signed for can't know whether it is the trail that they signed. It signs nothing and names the keys that it would have to
 * trust ({@code audit trust}); then it reads the whole trail once. Its trail is not broken, so nothing speaks of tampering.
 */
public final class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

    private final AuditTrail trail;
    private final TrailRows rows;
    private final TransactionOperations transactions;
    private final String origin;
    private final Path keyFile;
    private final TrustedKeys trusted;
    private final SignedTrail memory;
    private final CheckpointFile file;
    private final List<AnchorStatus> anchors;
    private final Duration interval;

    private SigningKey key;
    private @Nullable TrailState walked;
    private Optional<Checkpoint> signed = Optional.empty();
    private Optional<Checkpoint> expected = Optional.empty();
    private volatile Status status = new Status(0, Instant.EPOCH, Instant.now(), Optional.empty(), false);

    /** @param interval how often a checkpoint is taken */
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
            Duration interval) {
        this.trail = trail;
        this.rows = rows;
        this.transactions = transactions;
        this.origin = origin;
        this.keyFile = keyFile;
        this.trusted = trusted;
        this.memory = memory;
        this.anchors = anchors;
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
     * Signs the chain's current end, unless the last checkpoint did.
     *
     * @return the latest checkpoint of this process; empty if it has signed none yet
     */
    public synchronized Optional<Checkpoint> take() {
        try {
            sign(signable());
        } catch (NotSignedException e) {
            refuse(String.valueOf(e.getMessage()), false);
        } catch (TrailBrokenException e) {
            log.error("THE AUDIT TRAIL IS BROKEN at {}: {}. Nothing is signed.", e.seq(), e.getMessage());
            refuse(String.valueOf(e.getMessage()), true);
        }
        signed = signed.map(this::anchored);
        return signed;
    }

    /** Sends the checkpoint to the anchors. Their additions, such as cosignatures of witnesses, are kept with it. */
    private Checkpoint anchored(Checkpoint checkpoint) {
        Anchor.History history = size -> MerkleTree.consistency(size, checkpoint.size(), new MerkleNodes(rows));
        Checkpoint kept = checkpoint;
        for (AnchorStatus anchor : anchors) {
            kept = anchor.keep(kept, history);
        }
        if (!kept.note().equals(checkpoint.note())) {
            Checkpoint cosigned = kept;
            memory.read().ifPresent(last -> memory.write(new Signed(cosigned, last.state())));
            file.append(cosigned);
        }
        return kept;
    }

    /** The latest checkpoint of this process, without taking a new one. */
    synchronized Optional<Checkpoint> latest() {
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
        return Signing.at(Instant.now(), status, anchors, interval);
    }

    public List<AnchorStatus> anchors() {
        return anchors;
    }

    /** All known keys: this process's own first, then the trusted ones, then those named by the database. */
    public synchronized List<KnownKey> keys() {
        var known = new ArrayList<KnownKey>();
        known.add(new KnownKey(key.verifier(), true, true));
        trusted.all().stream()
                .filter(other -> !other.equals(key.verifier()))
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
    synchronized Optional<Checkpoint> genuine(TrailRows.Note note) {
        return genuine(note, believed());
    }

    private TrailState state() {
        if (walked == null) {
            walked = restore();
        }
        return walked;
    }

    private TrailState restore() {
        Optional<Signed> last = memory.read();
        if (last.isPresent() && !last.get().checkpoint().origin().equals(origin)) {
            throw new TrailBrokenException(
                    1,
                    "this home has signed the trail " + last.get().checkpoint().origin() + ", and the database holds "
                            + origin + ". If that is intended: bin/baseload audit trust --new-trail");
        }
        signed = last.map(Signed::checkpoint);
        signed.ifPresent(checkpoint ->
                status = new Status(checkpoint.size(), checkpoint.at(), status.currentAt(), Optional.empty(), false));
        var files = new ArrayList<>(List.of(file));
        anchors.forEach(anchor -> anchor.file().ifPresent(files::add));
        long known = signed.map(Checkpoint::size).orElse(0L);
        expected = files.stream()
                .flatMap(one -> one.last(origin, believed()).stream())
                .filter(checkpoint -> checkpoint.size() > known)
                .max(java.util.Comparator.comparingLong(Checkpoint::size));
        return last.map(Signed::state).orElseGet(rows::base);
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
            requireContinued(expected.get().size(), expected.get().root(), from);
        }
        var nodes = new ArrayList<Node>();
        var walk = new TrailWalk(from, (level, place, root) -> nodes.add(new Node(level, place, root)));
        var notes = new Notes(rows, from.size(), head.seq());
        var keys = believed();
        expected.ifPresent(walk::hold);
        while (walk.size() < head.seq()) {
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
                notes.at(walk.size()).flatMap(note -> genuine(note, keys)).ifPresent(walk::hold);
            }
            rows.append(nodes);
            nodes.clear();
        }
        TrailState reached = walk.state();
        if (!MessageDigest.isEqual(head.hash(), reached.chain())) {
            throw new TrailBrokenException(head.seq(), "the chain's end is not the last entry's");
        }
        walked = reached;
        expected = Optional.empty();
        return head;
    }

    /** Where the trail begins now, if entries that this home has not seen were archived and dropped while it was away. */
    private TrailState afterArchived(TrailState from) {
        TrailState base = rows.base();
        if (base.size() <= from.size()) {
            return from;
        }
        if (from.size() > 0) {
            requireContinued(from.size(), from.tree().root(), base);
        }
        return base;
    }

    /**
     * What was dropped has left the nodes of the tree that prove this.
     *
     * @throws NotSignedException if nodes are missing: not only if somebody has removed them, but also if the database never had that checkpoint, because the process ended, or
     *     another was faster, after the home had it. Nothing is signed either way
     * @throws TrailBrokenException if they prove the opposite
     */
    private void requireContinued(long size, byte[] root, TrailState base) {
        List<byte[]> proof;
        try {
            proof = MerkleTree.consistency(size, base.size(), new MerkleNodes(rows));
        } catch (ArchivedException | TrailBrokenException e) {
            log.debug("there is no proof", e);
            throw new NotSignedException("The trail begins with entry " + (base.size() + 1)
                    + ", and nothing proves that the dropped entries continue the last known checkpoint, of " + size
                    + " entries.");
        }
        if (!MerkleTree.isConsistent(size, root, base.size(), base.tree().root(), proof)) {
            throw new TrailBrokenException(
                    base.size() + 1,
                    "the trail begins with entry " + (base.size() + 1) + ", and the dropped entries do not continue"
                            + " the last known checkpoint, of " + size + " entries");
        }
    }

    /** Walks to the current end of a trail that this home may sign. */
    private Head signable() {
        Head head = advance();
        var strangers = signed.isEmpty() ? strangers() : Set.<String>of();
        if (!strangers.isEmpty()) {
            throw new NotSignedException("The trail has checkpoints by keys that this home doesn't trust: " + strangers
                    + ". If they are yours: bin/baseload audit trust KEY");
        }
        return head;
    }

    private Optional<Checkpoint> genuine(TrailRows.Note note, Set<VerifierKey> keys) {
        try {
            var checkpoint = Checkpoint.parse(note.text());
            return Optional.of(checkpoint)
                    .filter(it -> it.size() == note.size() && it.origin().equals(origin))
                    .filter(it -> it.signed().isSignedBy(keys));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The signers of the newest checkpoints in the database, if this home trusts none of them. */
    private Set<String> strangers() {
        var keys = believed();
        var notes = rows.lastNotes();
        if (notes.stream().anyMatch(note -> genuine(note, keys).isPresent())) {
            return Set.of();
        }
        var names = new TreeSet<String>();
        notes.forEach(note -> names.addAll(SignedNote.signers(note.text())));
        return names;
    }

    private Set<VerifierKey> believed() {
        var keys = trusted.all();
        keys.add(key.verifier());
        return keys;
    }

    private void sign(Head head) {
        if (head.seq() > signed.map(Checkpoint::size).orElse(0L)) {
            sign(head, List.of(key));
        } else {
            status = new Status(status.size(), status.signedAt(), Instant.now(), Optional.empty(), false);
        }
    }

    /**
     * A signed checkpoint is on disk before the database or anybody else learns of it.
     *
     * @return false if the database doesn't have it: another process is taking one now, or has taken one of this size
     */
    private boolean sign(Head head, List<SigningKey> keys) {
        TrailState state = state();
        var at = head.at().truncatedTo(ChronoUnit.MICROS);
        var text = Checkpoint.text(origin, state.size(), state.tree().root(), at, state.chain());
        var note = new SignedNote(text, keys.stream().map(one -> one.sign(text)).toList());
        var checkpoint = Checkpoint.parse(note.toString());
        Boolean appended = transactions.execute(_ -> {
            if (!rows.lock()) {
                return false;
            }
            memory.write(new Signed(checkpoint, state));
            boolean first = signed.isEmpty();
            signed = Optional.of(checkpoint);
            status = new Status(checkpoint.size(), at, Instant.now(), Optional.empty(), false);
            file.append(checkpoint);
            log.info("audit checkpoint {}", checkpoint.line());
            keys.forEach(one -> rows.publish(one.verifier()));
            boolean isNew = rows.append(checkpoint);
            if (first) {
                firstOfThisHome();
            }
            return isNew;
        });
        return Boolean.TRUE.equals(appended);
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
        status = new Status(status.size(), status.signedAt(), status.currentAt(), Optional.of(reason), broken);
    }
}
