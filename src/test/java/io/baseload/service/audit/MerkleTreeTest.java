package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The Merkle tree against RFC 6962's definition, written down once more, and Certificate Transparency's known answers. */
class MerkleTreeTest {
    private static final MerkleTree.Subtrees NOWHERE = (level, place, root) -> {};
    private static final int MAX = 70;

    private final List<byte[]> leaves = IntStream.range(0, MAX)
            .mapToObj(i -> MerkleTree.leafHash(("leaf " + i).getBytes(StandardCharsets.UTF_8)))
            .toList();

    /** MTH of section 2.1. */
    static byte[] root(List<byte[]> leafHashes) {
        if (leafHashes.isEmpty()) {
            return Hashes.sha256().digest();
        }
        if (leafHashes.size() == 1) {
            return leafHashes.getFirst();
        }
        int left = Integer.highestOneBit(leafHashes.size() - 1);
        return MerkleTree.nodeHash(
                root(leafHashes.subList(0, left)), root(leafHashes.subList(left, leafHashes.size())));
    }

    private byte[] node(int level, long place) {
        return root(leaves.subList((int) place << level, (int) (place + 1) << level));
    }

    @Test
    void hasTheRootsOfCertificateTransparencysTestVectors() {
        var tree = MerkleTree.Frontier.EMPTY;
        for (String leaf : List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657")) {
            tree = tree.with(MerkleTree.leafHash(HexFormat.of().parseHex(leaf)), 0, NOWHERE);
        }
        assertThat(HexFormat.of().formatHex(tree.root()))
                .isEqualTo("ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c");
    }

    @Test
    void theEdgeGrowsToEveryRoot() {
        var tree = MerkleTree.Frontier.EMPTY;
        for (int size = 0; size <= MAX; size++) {
            assertThat(tree.root()).isEqualTo(root(leaves.subList(0, size)));
            assertThat(MerkleTree.root(size, this::node)).isEqualTo(tree.root());
            if (size < MAX) {
                tree = tree.with(leaves.get(size), 0, NOWHERE);
            }
        }
    }

    @Test
    void completeSubtreesAreAddedAtOnceAndTold() {
        var heard = new ArrayList<String>();
        var tree = MerkleTree.Frontier.EMPTY;
        for (int i = 0; i < 513; i++) {
            tree = tree.with(leaves.get(i % MAX), 0, (level, place, root) -> heard.add(level + "/" + place));
        }
        assertThat(heard).containsExactly("8/0", "8/1");
        var jumped = MerkleTree.Frontier.EMPTY
                .with(node(5, 0), 5, NOWHERE)
                .with(node(5, 1), 5, NOWHERE)
                .with(leaves.get(64), 0, NOWHERE);
        assertThat(jumped.root()).isEqualTo(root(leaves.subList(0, 65)));
    }

    @Test
    void inclusionIsProvedForEveryLeafOfEverySizeAndNothingElse() {
        for (int size = 1; size <= MAX; size++) {
            byte[] root = root(leaves.subList(0, size));
            for (int index = 0; index < size; index++) {
                var path = MerkleTree.inclusion(index, size, this::node);
                assertThat(MerkleTree.includes(leaves.get(index), index, size, path, root))
                        .isTrue();
                int other = (index + 1) % MAX;
                assertThat(MerkleTree.includes(leaves.get(other), index, size, path, root))
                        .isFalse();
                assertThat(MerkleTree.includes(leaves.get(index), index + 1, size, path, root))
                        .isFalse();
                if (!path.isEmpty()) {
                    assertThat(MerkleTree.includes(leaves.get(index), index, size, path.subList(1, path.size()), root))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void consistencyIsProvedForEveryPairOfSizesAndNothingElse() {
        for (int size = 1; size <= MAX; size++) {
            byte[] root = root(leaves.subList(0, size));
            for (int before = 0; before <= size; before++) {
                byte[] old = root(leaves.subList(0, before));
                var proof = MerkleTree.consistency(before, size, this::node);
                assertThat(MerkleTree.isConsistent(before, old, size, root, proof))
                        .isTrue();
                byte[] forged = MerkleTree.nodeHash(old, old);
                assertThat(MerkleTree.isConsistent(before, forged, size, root, proof))
                        .isFalse();
                assertThat(before > 0 && MerkleTree.isConsistent(before, old, size, forged, proof))
                        .isFalse();
            }
        }
    }
}
