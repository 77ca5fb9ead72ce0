package io.baseload.service.audit;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The state of a walk over the trail after a number of entries, sufficient to continue from there.
 *
 * @param tree the right edge of the Merkle tree
 * @param chain the last entry's hash; 32 zero bytes before the first
 * @param open intents without an outcome so far: reservation and number of the entry
 * @param stray number of the first outcome without an open intent, or of the first intent of a reservation that already had one or can't be one; 0 = none
 * @param before entries before the walk's first one. Their intents are unknown, so unless it is 0 an outcome may belong to one of them
 */
record TrailState(MerkleTree.Frontier tree, byte[] chain, Map<String, Long> open, long stray, long before) {
    static final TrailState EMPTY = after(MerkleTree.Frontier.EMPTY, new byte[32]);

    TrailState {
        open = Map.copyOf(open);
    }

    /** A walk that begins here. */
    static TrailState after(MerkleTree.Frontier tree, byte[] chain) {
        return new TrailState(tree, chain, Map.of(), 0, tree.size());
    }

    long size() {
        return tree.size();
    }

    Map<String, Object> json() {
        var members = new TreeMap<String, Object>();
        members.put("size", size());
        members.put(
                "tree", tree.hashes().stream().map(HexFormat.of()::formatHex).toList());
        members.put("chain", HexFormat.of().formatHex(chain));
        members.put("open", open);
        members.put("stray", stray);
        members.put("before", before);
        return members;
    }

    static TrailState of(JsonNode json) {
        List<byte[]> hashes = json.required("tree")
                .valueStream()
                .map(hash -> HexFormat.of().parseHex(hash.asString()))
                .toList();
        var open = new HashMap<String, Long>();
        json.required("open")
                .properties()
                .forEach(intent -> open.put(intent.getKey(), intent.getValue().asLong()));
        return new TrailState(
                new MerkleTree.Frontier(json.required("size").asLong(), hashes),
                HexFormat.of().parseHex(json.required("chain").asString()),
                open,
                json.required("stray").asLong(),
                json.path("before").asLong(0)); // absent in files of earlier versions
    }
}
