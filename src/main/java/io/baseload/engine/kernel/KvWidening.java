package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kv.KvPages.TOKENS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.HalfConversion;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/**
 * Widens a page's keys or values of one head to F32 in a worker's memory, where they stay in a cache until all queries that share them have used them. Gives the same bits as {@link KvPages#key}
 * and {@link KvPages#value}.
 */
final class KvWidening {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private static final Optional<HalfConversion> HALVES = HalfConversion.available();

    /** Floats that are widened at once: a multiple of all vectors, of a block and of a page's tokens. */
    private static final int PART = Scratch.COLUMNS * PackedMatrix.LANES;

    /** Elements of a page's keys that are so many floats. */
    private static final int ELEMENTS = PART / TOKENS;

    private KvWidening() {}

    /**
     * A head's keys in a page, which begin at {@code at}: {@code [keyDim][TOKENS]}, from {@link #start} in the returned segment.
     *
     * @param to receives them unless they are F32 already
     */
    static MemorySegment keys(KvPages kv, long at, MemorySegment to, Scratch scratch) {
        int dim = kv.layout().keyDim();
        switch (kv.layout().precision()) {
            case F32 -> {
                return kv.data();
            }
            case F16 -> halves(kv.data(), at, TOKENS * dim, to, scratch);
            case Q8 -> codedKeys(kv.data(), at, dim, to, scratch);
        }
        return to;
    }

    /** The same for values: {@code [TOKENS][valueDim]}. */
    static MemorySegment values(KvPages kv, long at, MemorySegment to, Scratch scratch) {
        int dim = kv.layout().valueDim();
        switch (kv.layout().precision()) {
            case F32 -> {
                return kv.data();
            }
            case F16 -> halves(kv.data(), at, TOKENS * dim, to, scratch);
            case Q8 -> codedValues(kv.data(), at, dim, to, scratch);
        }
        return to;
    }

    /** The last {@code valueDim} elements of the keys that begin at {@code at}: {@code [valueDim][TOKENS]}. */
    static void endsOfKeys(KvPages kv, long at, float[] to) {
        int dim = kv.layout().keyDim();
        int count = kv.layout().valueDim();
        int first = dim - count;
        switch (kv.layout().precision()) {
            case F32 -> MemorySegment.copy(kv.data(), FLOAT, at + 4L * TOKENS * first, to, 0, TOKENS * count);
            case F16 -> halves(kv.data(), at + 2L * TOKENS * first, TOKENS * count, to);
            case Q8 -> codedElements(kv.data(), at, dim, first, count, to);
        }
    }

    /** Offset of keys or values in that segment. */
    static long start(KvPages kv, long at) {
        return kv.layout().precision() == KvPrecision.F32 ? at : 0;
    }

    private static void halves(MemorySegment from, long at, int count, MemorySegment to, Scratch scratch) {
        if (HALVES.isPresent()) {
            HALVES.get().convert(from, at, count, to);
            return;
        }
        for (int done = 0; done < count; done += PART) {
            int n = Math.min(PART, count - done);
            halves(from, at + 2L * done, n, scratch.block);
            keep(scratch, done, n, to);
        }
    }

    /** C2 compiles this loop to the processor's conversion instruction. */
    private static void halves(MemorySegment from, long at, int count, float[] to) {
        for (int i = 0; i < count; i++) {
            to[i] = Float.float16ToFloat(from.get(SHORT, at + 2L * i));
        }
    }

    private static void codedKeys(MemorySegment from, long at, int dim, MemorySegment to, Scratch scratch) {
        for (int done = 0; done < dim; done += ELEMENTS) {
            int n = Math.min(ELEMENTS, dim - done);
            codedElements(from, at, dim, done, n, scratch.block);
            keep(scratch, TOKENS * done, TOKENS * n, to);
        }
    }

    /** Some elements of keys, those of a block at a time. */
    private static void codedElements(MemorySegment from, long at, int dim, int first, int count, float[] to) {
        for (int done = 0, n; done < count; done += n) {
            int element = first + done;
            n = Math.min(count - done, KvLayout.BLOCK - element % KvLayout.BLOCK);
            long scales = at + (long) TOKENS * dim + 4L * TOKENS * (element / KvLayout.BLOCK);
            codedBlock(from, at + (long) TOKENS * element, scales, n, to, TOKENS * done);
        }
    }

    private static void codedBlock(MemorySegment from, long at, long scales, int count, float[] to, int toAt) {
        for (int t = 0; t < TOKENS; t += L) {
            FloatVector factor = FloatVector.fromMemorySegment(FLOATS, from, scales + 4L * t, LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                ((FloatVector) ByteVector.fromMemorySegment(BYTES, from, at + (long) TOKENS * i + t, LITTLE_ENDIAN)
                                .convertShape(B2F, FLOATS, 0))
                        .mul(factor)
                        .intoArray(to, toAt + TOKENS * i + t);
            }
        }
    }

    /** If heads are whole blocks, the scales of all tokens are in the order of the elements. */
    private static void codedValues(MemorySegment from, long at, int dim, MemorySegment to, Scratch scratch) {
        int count = TOKENS * dim;
        if (dim % KvLayout.BLOCK != 0) {
            oddValues(from, at, dim, to);
            return;
        }
        for (int done = 0; done < count; done += PART) {
            int n = Math.min(PART, count - done);
            long scales = at + count + 4L * (done / KvLayout.BLOCK);
            for (int i = 0; i < n; i += L) {
                ((FloatVector) ByteVector.fromMemorySegment(BYTES, from, at + done + i, LITTLE_ENDIAN)
                                .convertShape(B2F, FLOATS, 0))
                        .mul(from.get(FLOAT, scales + 4L * (i / KvLayout.BLOCK)))
                        .intoArray(scratch.block, i);
            }
            keep(scratch, done, n, to);
        }
    }

    private static void oddValues(MemorySegment from, long at, int dim, MemorySegment to) {
        int blocks = KvLayout.blocks(dim);
        for (int i = 0; i < TOKENS * dim; i++) {
            int scale = i / dim * blocks + i % dim / KvLayout.BLOCK;
            float factor = from.get(FLOAT, at + (long) TOKENS * dim + 4L * scale);
            to.set(FLOAT, 4L * i, from.get(BYTE, at + i) * factor);
        }
    }

    /**
     * Vectors are stored in an array. The Vector API's fallbacks, which run before code is compiled, store to segments of heap arrays; after that, C2 assumes that any {@code
     * intoMemorySegment} may write anywhere, which is three times slower.
     */
    private static void keep(Scratch scratch, int done, int count, MemorySegment to) {
        MemorySegment.copy(scratch.block, 0, to, FLOAT, 4L * done, count);
    }
}
