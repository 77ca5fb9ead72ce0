package io.baseload.service.audit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of the trail's Merkle tree, from the database: every eighth level is stored, the levels between are computed from at most 256 hashes below. The nodes need not be
 * trusted: results made from them are checked against a signed root.
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

    @Override
    public byte[] node(int level, long place) {
        int stored = level / WIDTH * WIDTH;
        int above = level - stored;
        var block = blocks.computeIfAbsent(new Block(stored, place >> (WIDTH - above)), this::read);
        int first = (int) (place & ((1L << (WIDTH - above)) - 1)) << above;
        if (first + (1 << above) > block.size()) {
            throw new TrailBrokenException(
                    (place << level) + 1, "nodes of the tree are missing at entry " + ((place << level) + 1));
        }
        return fold(block.subList(first, first + (1 << above)));
    }

    private List<byte[]> read(Block block) {
        long first = block.place() << WIDTH;
        return block.level() == 0 ? leaves(first) : rows.nodes(block.level(), first);
    }

    private List<byte[]> leaves(long first) {
        return rows.entries(first, first + (1 << WIDTH)).stream()
                .map(entry -> MerkleTree.leafHash(entry.canonical()))
                .toList();
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
