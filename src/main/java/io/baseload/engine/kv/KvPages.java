package io.baseload.engine.kv;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Pages of keys and values for some tokens of a sequence, in all layers; {@link KvLayout} defines the layout. */
public record KvPages(MemorySegment data, int pages, KvLayout layout) {
    /** Number of tokens of a page. */
    public static final int TOKENS = 32;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    public KvPages {
        if (data.byteSize() < pages * layout.pageBytes()) {
            throw new IllegalArgumentException(data.byteSize() + " bytes are too few for " + pages + " pages");
        }
    }

    /** Allocates this many pages. */
    public static KvPages allocate(NativeMemory memory, int pages, KvLayout layout) {
        return new KvPages(memory.allocate(Math.multiplyExact(pages, layout.pageBytes())), pages, layout);
    }

    /** Offset of a head's keys of a page, in bytes. */
    public long keys(int page, int layer, int kvHead) {
        return layer(page, layer) + kvHead * layout.headBytes();
    }

    /** Offset of a head's values of a page, in bytes, unless they are stored in its keys. */
    public long values(int page, int layer, int kvHead) {
        return keys(page, layer, kvHead) + layout.keyBytes();
    }

    /** Offset of a layer's state of a page, in bytes. */
    public long state(int page, int layer) {
        return layer(page, layer) + layout.kvHeads() * layout.headBytes();
    }

    private long layer(int page, int layer) {
        return page * layout.pageBytes() + layer * layout.layerBytes();
    }

    /** Stores a token's key and value: one row of k and v, with adjacent heads. If values are stored in keys, v isn't read. */
    public void store(int page, int layer, int slot, Rows k, Rows v, int row) {
        int keyDim = layout.keyDim();
        int valueDim = layout.valueDim();
        int blocks = KvLayout.blocks(valueDim);
        KvPrecision precision = layout.precision();
        for (int head = 0; head < layout.kvHeads(); head++) {
            long keys = keys(page, layer, head);
            int key = k.at(row) + head * keyDim;
            KvElements.write(data, precision, keys, keyDim, slot, TOKENS, slot, TOKENS, k.data(), key);
            if (!layout.valuesInKeys()) {
                long values = values(page, layer, head);
                int at = v.at(row) + head * valueDim;
                KvElements.write(data, precision, values, valueDim, slot * valueDim, 1, slot * blocks, 1, v.data(), at);
            }
        }
    }

    /** Element {@code d} of a token's key. */
    public float key(int page, int layer, int kvHead, int slot, int d) {
        long at = keys(page, layer, kvHead);
        return KvElements.read(data, layout.precision(), at, layout.keyDim(), slot, TOKENS, slot, TOKENS, d);
    }

    /** Element {@code d} of a token's value. */
    public float value(int page, int layer, int kvHead, int slot, int d) {
        if (layout.valuesInKeys()) {
            return key(page, layer, kvHead, slot, layout.keyDim() - layout.valueDim() + d);
        }
        long at = values(page, layer, kvHead);
        int dim = layout.valueDim();
        int blocks = KvLayout.blocks(dim);
        return KvElements.read(data, layout.precision(), at, dim, slot * dim, 1, slot * blocks, 1, d);
    }

    /** Stores the first {@code count} floats of a layer's state, replacing those of an earlier token of the page. */
    public void storeState(int page, int layer, float[] from, int at, int count) {
        MemorySegment.copy(from, at, data, FLOAT, state(page, layer), checkState(count));
    }

    /** Reads the first {@code count} floats of a layer's state after the page's last token. */
    public void loadState(int page, int layer, float[] to, int at, int count) {
        MemorySegment.copy(data, FLOAT, state(page, layer), to, at, checkState(count));
    }

    private int checkState(int count) {
        if (count > layout.stateWidth()) {
            throw new IllegalArgumentException(count + " floats of a state of " + layout.stateWidth());
        }
        return count;
    }
}
