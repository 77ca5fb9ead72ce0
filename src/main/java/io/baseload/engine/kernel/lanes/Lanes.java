package io.baseload.engine.kernel.lanes;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.baseload.engine.kernel.tiles.TileParameters;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's vectors, and operations that several vector kernels share. A panel's 16 rows are one vector of 512 bits, two of 256 or four of 128:
 * {@link #PARTS}.
 */
public final class Lanes {
    private static final int BITS = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);

    public static final VectorSpecies<Float> FLOATS = species(float.class, BITS);
    public static final VectorSpecies<Integer> INTS = species(int.class, BITS);
    public static final VectorSpecies<Short> SHORTS = species(short.class, BITS / 2);

    /** 16-bit lanes of a whole vector: two for each row of weights. */
    public static final VectorSpecies<Short> WORDS = species(short.class, BITS);

    /** At least 64 bits, the smallest vector; with 128-bit vectors its upper half is not used. */
    public static final VectorSpecies<Byte> BYTES = species(byte.class, Math.max(64, BITS / 4));

    /** Floats of a vector. */
    public static final int L = FLOATS.length();

    /** Bytes of a vector. */
    public static final long VECTOR = (long) L * Float.BYTES;

    /** Vectors of a panel. */
    public static final int PARTS = LANES / L;

    /** Whether there are 32 vector registers, enough for eight streams of weights; AVX2 has 16. */
    public static final boolean MANY_REGISTERS = L != 8;

    private Lanes() {}

    private static <E> VectorSpecies<E> species(Class<E> type, int bits) {
        return VectorSpecies.of(type, VectorShape.forBitSize(bits));
    }

    /** Whether a panel is a whole number of this machine's vectors. */
    public static boolean usable() {
        return FloatVector.SPECIES_PREFERRED.length() >= 4;
    }

    /** Offset of vector {@code i} of some panels, if a panel has {@code stride} bytes and an element of a column {@code size} bytes. */
    public static long offset(int i, long stride, int size) {
        return i / PARTS * stride + i % PARTS * (long) L * size;
    }

    /** Mask of sign, exponent and fraction in a sign-extended F16 number that was shifted to the exponent and fraction of f32. */
    public static final int HALF_BITS = 0x8FFFE000;

    /** The difference of the exponents' biases as a power of two. Multiplying by it also converts subnormal numbers correctly; infinity becomes 65536. */
    public static final float HALF_BIAS = 0x1p112f;

    /** The same mask for F8_E4M3. */
    public static final int FLOAT8_BITS = TileParameters.FLOAT8_MASK;

    /** As {@link #HALF_BIAS}; NaN becomes 480. */
    public static final float FLOAT8_BIAS = 0x1p120f;

    /** Widens F16 numbers, multiplied by a factor, to {@code to[at …]}. */
    public static void halves(MemorySegment from, long offset, float factor, float[] to, int at) {
        IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, from, offset, LITTLE_ENDIAN)
                .convertShape(S2I, INTS, 0);
        FloatVector biased = bits.lanewise(LSHL, 13).and(HALF_BITS).reinterpretAsFloats();
        biased.mul(HALF_BIAS * factor).intoArray(to, at);
    }
}
