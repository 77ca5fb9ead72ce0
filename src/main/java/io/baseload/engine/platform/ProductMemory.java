package io.baseload.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/** A thread's memory for products by oneDNN, and its calls, which use that memory. */
public final class ProductMemory {
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment weights;
    private final MemorySegment sums;
    private final MemorySegment stream = OneDnn.stream(arena);

    /** Made when they are first needed. */
    private final OneDnn.Call[] calls;

    /** @param calls the most calls */
    ProductMemory(long weightBytes, long sumBytes, int calls) {
        weights = arena.allocate(weightBytes, 64);
        sums = arena.allocate(sumBytes, 64);
        this.calls = new OneDnn.Call[calls];
    }

    /** The memory for weights, in the order of the products' class. */
    public MemorySegment weights() {
        return weights;
    }

    /** The memory of the sums, in the order of the products' class. */
    public MemorySegment sums() {
        return sums;
    }

    /** Called by the multiplying thread before it multiplies: oneDNN doesn't start threads of its own for it. */
    public void begin() {
        OneDnn.useOneThread();
    }

    boolean has(int call) {
        return calls[call] != null;
    }

    void add(int call, OneDnn.Product product) {
        calls[call] = OneDnn.call(arena, product, weights, sums);
    }

    /**
     * Multiplies by a call that was added.
     *
     * @param at offset of its first row in x
     * @param bytes those of x that it reads
     */
    void multiply(int call, MemorySegment x, long at, long bytes) {
        Objects.checkFromIndexSize(at, bytes, x.byteSize());
        try {
            OneDnn.execute(calls[call], x.address() + at, stream);
        } finally {
            Reference.reachabilityFence(x);
        }
    }
}
