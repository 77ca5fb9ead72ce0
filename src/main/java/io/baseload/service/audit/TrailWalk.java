package io.baseload.service.audit;

import io.baseload.service.audit.MerkleTree.Frontier;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * Walks over entries in order and checks that each is unchanged, none is missing or added, and each intent has exactly one outcome. Its memory grows with the number of unanswered
 * intents, up to {@value #MAX_OPEN}, not with the length of the trail. Whoever may append entries could append any number of them, with reservations of any length.
 */
final class TrailWalk {
    /** More than all processes together can have. Beyond it, an intent counts as if it had no outcome of its own. */
    static final int MAX_OPEN = 100_000;

    /** A reservation's is a UUID. */
    private static final int MAX_ID = 64;

    private final Map<String, Long> open;
    private final MerkleTree.Subtrees subtrees;
    private final long before;
    private Frontier tree;
    private byte[] chain;
    private long stray;

    /** @param subtrees receives the roots of complete subtrees on the way */
    TrailWalk(TrailState from, MerkleTree.Subtrees subtrees) {
        this.tree = from.tree();
        this.chain = from.chain();
        this.open = new HashMap<>(from.open());
        this.stray = from.stray();
        this.before = from.before();
        this.subtrees = subtrees;
    }

    TrailWalk(TrailState from) {
        this(from, (level, place, root) -> {});
    }

    /** @throws TrailBrokenException if the entry isn't the next one, or its hash doesn't match its content and its predecessor */
    void next(AuditEntry entry) {
        if (entry.seq() != size() + 1) {
            throw new TrailBrokenException(size() + 1, "entry " + (size() + 1) + " is missing");
        }
        byte[] canonical = entry.canonical();
        byte[] hash = AuditEntry.hash(chain, canonical);
        if (!MessageDigest.isEqual(entry.previousHash(), chain) || !MessageDigest.isEqual(entry.hash(), hash)) {
            throw new TrailBrokenException(entry.seq(), "entry " + entry.seq() + " has a wrong hash");
        }
        add(canonical, hash, entry.kind(), entry::details);
    }

    /** An entry whose hashes are not stored. */
    void next(byte[] canonical, String kind, JsonNode detail) {
        add(canonical, AuditEntry.hash(chain, canonical), kind, () -> detail);
    }

    /** @throws TrailBrokenException if the checkpoint has this size but belongs to another trail */
    void hold(Checkpoint checkpoint) {
        if (checkpoint.size() == size()
                && !(MessageDigest.isEqual(checkpoint.root(), tree.root())
                        && MessageDigest.isEqual(checkpoint.chain(), chain))) {
            throw new TrailBrokenException(size(), "the trail contradicts the checkpoint of " + size() + " entries");
        }
    }

    /** @throws TrailBrokenException if the walk has reached this state's size with a different result */
    void hold(TrailState other) {
        if (other.size() == size()
                && !(MessageDigest.isEqual(other.tree().root(), tree.root())
                        && MessageDigest.isEqual(other.chain(), chain))) {
            throw new TrailBrokenException(size(), "the first " + size() + " entries have changed");
        }
    }

    long size() {
        return tree.size();
    }

    TrailState state() {
        return new TrailState(tree, chain, open, stray, before);
    }

    private void add(byte[] canonical, byte[] hash, String kind, Supplier<JsonNode> detail) {
        tree = tree.with(MerkleTree.leafHash(canonical), 0, subtrees);
        chain = hash;
        switch (kind) {
            case AuditEntry.COMPLETION_INTENT -> open(detail.get());
            case AuditEntry.COMPLETION_OUTCOME -> close(detail.get());
            default -> {}
        }
    }

    private void open(JsonNode detail) {
        String reservation = detail.path("reservation").asString("");
        boolean kept = reservation.length() <= MAX_ID && open.size() < MAX_OPEN;
        if (!kept || open.put(reservation, size()) != null) {
            strayed();
        }
    }

    private void close(JsonNode detail) {
        boolean correction = detail.path("correction").asBoolean(false);
        if (!correction && open.remove(detail.path("reservation").asString("")) == null && before == 0) {
            strayed();
        }
    }

    private void strayed() {
        stray = stray == 0 ? size() : stray;
    }
}
