package io.baseload.service.audit;

import io.baseload.service.database.PrivateFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cosigns the checkpoints of other services' trails, or of any log that speaks C2SP's tlog-witness.
 *
 * <p><b>Idea.</b> A cosignature states: I have never seen two histories of this log. Somebody who runs a log and has its key can write a different history, but can't have it
 * cosigned by a witness that remembers the first one.
 *
 * <p><b>Invariant.</b> For each origin the last cosigned checkpoint is on disk, in {@code audit-witness} in the home, before its cosignature is sent. The next one must be signed
 * by a key that the configuration names for the origin, and come with a proof that it continues that one. Reading the last one and replacing it is one step.
 *
 * <p>Cost: one signature is verified before anything else is checked, so that strangers get no further than that.
 */
public final class Witness {
    /** A proof has at most 63 hashes, and a note some lines. */
    public static final int MAX_BYTES = 64 << 10;

    private static final Logger log = LoggerFactory.getLogger(Witness.class);
    private static final int MAX_PROOF = 63;
    private static final Pattern OLD = Pattern.compile("old (0|[1-9][0-9]{0,17})");
    private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Path folder;
    private final Map<String, List<VerifierKey>> logs;
    private final Optional<SigningKey> key;

    /**
     * @param key this witness's own; not requested if there are no logs
     * @param logs the keys that sign checkpoints, each under its log's origin
     */
    Witness(Path folder, Supplier<SigningKey> key, Collection<VerifierKey> logs) {
        this.folder = folder;
        this.logs = logs.stream().collect(Collectors.groupingBy(VerifierKey::name, TreeMap::new, Collectors.toList()));
        this.key = logs.isEmpty() ? Optional.empty() : Optional.of(key.get());
        this.key.ifPresent(own -> log.info("Witness of {}, with the key {}", this.logs.keySet(), own.verifier()));
    }

    /** The decision on a checkpoint. */
    public sealed interface Reply {
        /** @param lines the cosignature, as a line of a signed note */
        record Cosigned(String lines) implements Reply {}

        /** The client has to prove that the checkpoint continues that of this size. */
        record Expected(long size) implements Reply {}

        /** @param status of HTTP */
        record Refused(int status, String reason) implements Reply {}
    }

    /** The public key of this witness; empty if it witnesses no log. */
    public Optional<VerifierKey> key() {
        return key.map(SigningKey::verifier);
    }

    /** The last cosigned checkpoints, as signed notes, by origin. */
    public Map<String, String> cosigned() {
        var notes = new TreeMap<String, String>();
        for (String origin : logs.keySet()) {
            file(origin).read().ifPresent(note -> notes.put(origin, note + "\n"));
        }
        return notes;
    }

    /** @param body in the format of the protocol's {@code add-checkpoint} */
    public Reply addCheckpoint(String body) {
        try {
            return add(Request.parse(body));
        } catch (IllegalArgumentException e) {
            return new Reply.Refused(400, String.valueOf(e.getMessage()));
        }
    }

    private synchronized Reply add(Request request) {
        var tree = request.tree();
        List<VerifierKey> keys = logs.get(tree.origin());
        if (keys == null || key.isEmpty()) {
            return new Reply.Refused(404, "no log of this origin is witnessed here");
        }
        if (!request.note().isSignedBy(keys)) {
            return new Reply.Refused(403, "no key that is trusted for this origin has signed");
        }
        if (request.old() > tree.size()) {
            return new Reply.Refused(400, "the old size is greater than the checkpoint's");
        }
        Tree last = file(tree.origin())
                .read()
                .map(note -> Tree.of(SignedNote.parse(note + "\n")))
                .orElse(null);
        long known = last == null ? 0 : last.size();
        if (request.old() != known) {
            return new Reply.Expected(known);
        }
        if (last != null && last.size() == tree.size() && !MessageDigest.isEqual(last.root(), tree.root())) {
            log.error(
                    "{} HAS SIGNED TWO HISTORIES of {} entries; this one is not cosigned:\n{}",
                    tree.origin(),
                    known,
                    request.note());
            return new Reply.Expected(known);
        }
        if (!continues(request, last)) {
            log.error(
                    "{} has signed a checkpoint that does not continue its first {} entries, or sent a wrong proof; it"
                            + " is not cosigned:\n"
                            + "{}",
                    tree.origin(),
                    known,
                    request.note());
            return new Reply.Refused(422, "the proof does not show that the checkpoint continues the one before");
        }
        var line = key.get().sign(request.note().text());
        file(tree.origin()).write(request.note().with(List.of(line)).toString().stripTrailing());
        return new Reply.Cosigned(SignedNote.line(line));
    }

    private static boolean continues(Request request, @Nullable Tree last) {
        return last == null
                ? request.proof().isEmpty()
                : MerkleTree.isConsistent(
                        last.size(),
                        last.root(),
                        request.tree().size(),
                        request.tree().root(),
                        request.proof());
    }

    private PrivateFile file(String origin) {
        byte[] name = Hashes.sha256().digest(origin.getBytes(StandardCharsets.UTF_8));
        return new PrivateFile(folder.resolve(HexFormat.of().formatHex(name, 0, 16)));
    }

    /** The first three lines of any log's checkpoint. */
    private record Tree(String origin, long size, byte[] root) {
        static Tree of(SignedNote note) {
            List<String> lines = note.text().lines().toList();
            if (lines.size() < 3
                    || lines.getFirst().isEmpty()
                    || !SIZE.matcher(lines.get(1)).matches()) {
                throw new IllegalArgumentException("not a checkpoint");
            }
            return new Tree(lines.get(0), Long.parseLong(lines.get(1)), hash(lines.get(2)));
        }
    }

    private record Request(long old, List<byte[]> proof, SignedNote note, Tree tree) {
        static Request parse(String body) {
            int end = body.indexOf("\n\n");
            if (end <= 0) {
                throw new IllegalArgumentException("expected an old size, a proof, an empty line and a checkpoint");
            }
            List<String> lines = body.substring(0, end).lines().toList();
            var old = OLD.matcher(lines.getFirst());
            if (!old.matches() || lines.size() > 1 + MAX_PROOF) {
                throw new IllegalArgumentException("expected 'old SIZE' and at most " + MAX_PROOF + " hashes");
            }
            var proof = new ArrayList<byte[]>();
            lines.stream().skip(1).map(Witness::hash).forEach(proof::add);
            var note = SignedNote.parse(body.substring(end + 2));
            return new Request(Long.parseLong(old.group(1)), proof, note, Tree.of(note));
        }
    }

    private static byte[] hash(String text) {
        byte[] hash = Base64.getDecoder().decode(text);
        if (hash.length != 32) {
            throw new IllegalArgumentException("a hash has 32 bytes");
        }
        return hash;
    }
}
