package io.baseload.service.audit;

import io.baseload.service.audit.MerkleTree.Frontier;
import io.baseload.service.audit.TrailRows.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of the trail's Merkle tree, from the database: every eighth level is stored, the levels between are computed from at most 256 hashes below. The nodes need not be
 * trusted: results made from them are checked against a signed root.
 *
 * <p>When the entries of a segment are dropped, the nodes that {@link #continuing} returned for its checkpoints stay.
 */
final class MerkleNodes implements MerkleTree.Nodes {
    private static final int WIDTH = 8;

    private final TrailRows rows;
    private final Map<Block, List<byte[]>> blocks = new HashMap<>();

    MerkleNodes(TrailRows rows) {
        this.rows = rows;
    }

    /** 256 neighbours of one level. */
    private record Block(int level, long place) {}

    /** The nodes below the stored levels that proofs from a checkpoint of this size need, as long as the entries up to the end of its segment are there. */
    static List<Node> continuing(long size, long end, TrailRows rows) {
        var nodes = new MerkleNodes(rows);
        var needed = new ArrayList<Node>();
        MerkleTree.Nodes seen = (level, place) -> {
            byte[] hash = nodes.node(level, place);
            if (level < WIDTH) {
                needed.add(new Node(level, place, hash));
            }
            return hash;
        };
        var _ = MerkleTree.root(size, seen);
        var _ = MerkleTree.consistency(size, end, seen);
        return needed;
    }

    /**
     * The state of a walk that begins after the first {@code size} entries; it need not be trusted before a checkpoint is reached.
     *
     * @throws TrailBrokenException if the last of them, or nodes, are missing
     * @throws ArchivedException if nodes were dropped with their segment
     */
    TrailState stateAfter(long size) {
        TrailState base = rows.base();
        if (size == base.size()) {
            return base;
        }
        var hashes = new ArrayList<byte[]>();
        long covered = 0;
        for (int level = Long.SIZE - 1; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                hashes.add(node(level, covered >> level));
                covered += 1L << level;
            }
        }
        byte[] chain = rows.entry(size)
                .orElseThrow(() -> new TrailBrokenException(size, "entry " + size + " is missing"))
                .hash();
        return TrailState.after(new Frontier(size, hashes), chain);
    }

    @Override
    public byte[] node(int level, long place) {
        int stored = level / WIDTH * WIDTH;
        int above = level - stored;
        var block = blocks.computeIfAbsent(new Block(stored, place >> (WIDTH - above)), this::read);
        int first = (int) (place & ((1L << (WIDTH - above)) - 1)) << above;
        if (first + (1 << above) > block.size()) {
            return rows.node(level, place).orElseThrow(() -> missing(level, (place << level) + 1));
        }
        return fold(block.subList(first, first + (1 << above)));
    }

    private RuntimeException missing(int level, long entry) {
        return rows.segments().stream()
                .filter(segment -> level < WIDTH && segment.first() <= entry && entry <= segment.last())
                .findFirst()
                .<RuntimeException>map(segment -> new ArchivedException("Entry " + entry
                        + " is archived and dropped: admin.audit.archive of audit/" + segment.first() + "-"
                        + segment.last()
                        + " names the file. Without its entries, only sizes of checkpoints are proved."))
                .orElseGet(() -> new TrailBrokenException(entry, "nodes of the tree are missing at entry " + entry));
    }

    private List<byte[]> read(Block block) {
        long first = block.place() << WIDTH;
        return block.level() == 0 ? leaves(first) : rows.nodes(block.level(), first);
    }

    private List<byte[]> leaves(long first) {
        var hashes = new ArrayList<byte[]>();
        List<AuditEntry> page;
        do {
            page = rows.entries(first + hashes.size(), first + (1 << WIDTH));
            page.forEach(entry -> hashes.add(MerkleTree.leafHash(entry.canonical())));
        } while (!page.isEmpty());
        return hashes;
    }

    private static byte[] fold(List<byte[]> hashes) {
        var level = hashes;
        while (level.size() > 1) {
            var next = new ArrayList<byte[]>();
            for (int i = 0; i < level.size(); i += 2) {
                next.add(MerkleTree.nodeHash(level.get(i), level.get(i + 1)));
            }
            level = next;
        }
        return level.getFirst();
    }
}
