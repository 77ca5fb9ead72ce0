package io.baseload.engine.kernel;

import static io.baseload.engine.platform.Assembler.Integer64.R10;
import static io.baseload.engine.platform.Assembler.Integer64.R11;
import static io.baseload.engine.platform.Assembler.Integer64.R8;
import static io.baseload.engine.platform.Assembler.Integer64.R9;
import static io.baseload.engine.platform.Assembler.Integer64.RAX;
import static io.baseload.engine.platform.Assembler.Integer64.RCX;
import static io.baseload.engine.platform.Assembler.Integer64.RDI;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Instruction.VADDPS;
import static io.baseload.engine.platform.Instruction.VCVTPH2PS;
import static io.baseload.engine.platform.Instruction.VFMADD213PS;
import static io.baseload.engine.platform.Instruction.VFMADD231PS;
import static io.baseload.engine.platform.Instruction.VMAXPS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VMULPS;
import static io.baseload.engine.platform.Instruction.VPADDD;
import static io.baseload.engine.platform.Instruction.VPAND;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPOR;
import static io.baseload.engine.platform.Instruction.VPXOR;
import static io.baseload.engine.platform.Instruction.VSUBPS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Source;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.VectorInstructions;
import java.util.stream.IntStream;

/**
 * Writes the machine code of an {@link AttentionTile}: three functions, each for some queries and a span of tokens.
 *
 * <p>{@link #scores} and {@link #mix} multiply a few rows by a matrix whose rows are vectors. Sums of all rows and of two vectors stay in registers: for each of the matrix's rows, two vectors are
 * read and a number of each row is broadcast from memory, which takes no time from multiplications. The Vector API's compiler broadcasts from a register instead, by an instruction that
 * shares a port of Intel's processors with multiplications.
 *
 * <p>{@link #weights} is a softmax without its division, by the same steps as {@link Exp}.
 */
final class AttentionCode {
    /** Addresses of the queries, of their scores at the first page and of their mixed values. */
    static final int QUERIES = 0;

    static final int SCORES = 8;
    static final int MIXED = 16;

    /** Number of pages. */
    static final int PAGES = 24;

    static final int KEY_DIM = 32;

    /** Number of queries that see a token of the span. */
    static final int SEEING = 40;

    /** A factor of scores. */
    static final int SCALE = 48;

    /** The address of the first page's entry in {@link #PAGE_TABLE}. */
    static final int FIRST_PAGE = 56;

    private static final int LINE = 64;

    /** Vectors of {@link #NUMBERS}. */
    static final int CONSTANTS = LINE;

    /** Numbers of which {@link #weights} needs vectors. */
    static final float[] NUMBERS = {
        Exp.MIN_X, Exp.ROUND, Exp.LOG2_E, -Exp.LN2_HIGH, -Exp.LN2_LOW, Exp.C6, Exp.C5, Exp.C4, Exp.C3, Exp.C2, 1
    };

    /** 16 ints with all bits, then 16 zeros. */
    static final int MASKS = CONSTANTS + NUMBERS.length * LINE;

    /** 16 zeros, then 16 times −∞. */
    static final int PADS = MASKS + 2 * LINE;

    /** For each page the addresses of keys and values, the number of tokens whose values are mixed, and the addresses of the keys and values that are read after them. */
    static final int PAGE_TABLE = PADS + 2 * LINE;

    static final int VALUES = 8;
    static final int PAGE_TOKENS = 16;
    static final int NEXT_KEYS = 24;
    static final int NEXT_VALUES = 32;
    static final int PAGE_BYTES = 40;

    /**
     * For each query that sees a token: the address of the first one's score, the number of groups of 16 tokens before the last one, the address of the last group's scores, and the address of
     * the parameters plus 4 for each token that it lacks; then two floats, the largest score and the sum, which are results.
     */
    static final int QUERY_TABLE = PAGE_TABLE + Attention.SPAN / KvPages.TOKENS * PAGE_BYTES;

    static final int QUERY_BYTES = 40;
    static final int MAX = 32;
    static final int SUM = 36;

    /** Floats from a query's scores to the next one's: a span's, and room for a group that ends outside. Rows a multiple of 1 KB apart would share sets of the L1 cache. */
    static final int SCORE_STRIDE = Attention.SPAN + 2 * LANES;

    /** Keys and values as the code finds them. */
    enum Operands {
        /** Floats in a cache, because many queries share them. */
        CACHED_FLOATS,
        /** Floats in pages, which come from memory: while a page is used, the next one is requested. */
        FLOATS,
        /** F16 numbers in pages, likewise. They become floats on their way to registers. */
        HALVES;

        int bytes() {
            return this == HALVES ? Short.BYTES : Float.BYTES;
        }
    }

    private final VectorInstructions set;
    private final Operands operands;

    /** Bytes of a vector. */
    private final int width;

    /** Vectors of 16 floats. */
    private final int parts;

    private final Assembler code;

    /** @param operands of {@link #scores} and {@link #mix} */
    AttentionCode(VectorInstructions set, Operands operands) {
        this.set = set;
        this.operands = operands;
        this.width = set.bits() / Byte.SIZE;
        this.parts = LINE / width;
        this.code = new Assembler(set.bits());
    }

    /** The most queries that are computed at once. */
    static int maxQueries(VectorInstructions set) {
        return set.registers() == 32 ? 12 : 6;
    }

    private Vector[] vectors(int from, int count) {
        return IntStream.range(from, from + count).mapToObj(Vector::new).toArray(Vector[]::new);
    }

    /** Scores of all tokens of the pages: scale · Σ q·k. */
    byte[] scores(int queries, int keyDim) {
        Vector[] sums = vectors(0, 2 * queries);
        Vector[] keys = vectors(sums.length, 2);
        var query = new Vector(sums.length + 2);
        var scale = new Vector(sums.length + 3);
        int scoreBytes = KvPages.TOKENS * Float.BYTES;
        int keyBytes = KvPages.TOKENS * operands.bytes();
        int lanes = width / Float.BYTES;
        code.vector(VPBROADCASTD, scale, at(RDI, SCALE));
        code.load(R8, at(RDI, PAGES));
        code.load(R9, at(RDI, FIRST_PAGE));
        code.load(R10, at(RDI, SCORES));
        int page = code.position();
        for (int token = 0; token < KvPages.TOKENS; token += 2 * lanes) {
            code.load(RSI, at(R9, 0));
            code.load(R11, at(R9, NEXT_KEYS));
            code.load(RDX, at(RDI, QUERIES));
            code.load(RCX, at(RDI, KEY_DIM));
            clear(sums);
            int element = code.position();
            multiply(sums, keys, query, token, RDX, keyDim * Float.BYTES);
            advance(keyBytes);
            code.add(RDX, Float.BYTES);
            code.loop(RCX, element);
            for (int i = 0; i < sums.length; i++) {
                int to = (i / 2 * SCORE_STRIDE + token + i % 2 * lanes) * Float.BYTES;
                code.vector(VMULPS, sums[i], sums[i], scale);
                code.store(at(R10, to), sums[i]);
            }
        }
        code.add(R9, PAGE_BYTES);
        code.add(R10, scoreBytes);
        code.loop(R8, page);
        code.returns();
        return code.code();
    }

    /** Mixed values: the sum of all tokens' values times their weights, {@code [query][valueDim]}. */
    byte[] mix(int queries, int valueDim) {
        int lanes = width / Float.BYTES;
        code.load(RAX, at(RDI, MIXED));
        for (int element = 0; element < valueDim; ) {
            int vectors = element + 2 * lanes <= valueDim ? 2 : 1;
            mix(queries, element, vectors, valueDim);
            element += vectors * lanes;
        }
        code.returns();
        return code.code();
    }

    private void mix(int queries, int element, int vectors, int valueDim) {
        Vector[] sums = vectors(0, vectors * queries);
        Vector[] values = vectors(sums.length, vectors);
        var weight = new Vector(sums.length + vectors);
        code.load(R8, at(RDI, PAGES));
        code.load(R9, at(RDI, FIRST_PAGE));
        code.load(R10, at(RDI, SCORES));
        clear(sums);
        int page = code.position();
        code.load(RSI, at(R9, VALUES));
        code.load(R11, at(R9, NEXT_VALUES));
        code.load(RCX, at(R9, PAGE_TOKENS));
        int token = code.position();
        multiply(sums, values, weight, element, R10, SCORE_STRIDE * Float.BYTES);
        advance(valueDim * operands.bytes());
        code.add(R10, Float.BYTES);
        code.loop(RCX, token);
        code.add(R9, PAGE_BYTES);
        code.loop(R8, page);
        for (int i = 0; i < sums.length; i++) {
            int to = i / vectors * valueDim * Float.BYTES + element * Float.BYTES + i % vectors * width;
            code.store(at(RAX, to), sums[i]);
        }
    }

    /** The next row of the matrix, and of the one that is requested. */
    private void advance(int bytes) {
        code.add(RSI, bytes);
        if (operands != Operands.CACHED_FLOATS) {
            code.add(R11, bytes);
        }
    }

    private void clear(Vector[] vectors) {
        for (Vector vector : vectors) {
            code.vector(VPXOR, vector, vector, vector);
        }
    }

    /** sums += numbers, one of each row, times one or two vectors, which begin at an element. The same elements of the next page are requested. */
    private void multiply(
            Vector[] sums, Vector[] vectors, Vector number, int element, Assembler.Integer64 rows, int rowBytes) {
        int from = element * operands.bytes();
        int bytes = width / Float.BYTES * operands.bytes();
        var read = operands == Operands.HALVES ? VCVTPH2PS : VMOVUPS;
        for (int i = 0; i < vectors.length; i++) {
            code.vector(read, vectors[i], at(RSI, from + i * bytes));
        }
        if (operands != Operands.CACHED_FLOATS) {
            int first = Math.ceilDiv(from, LINE) * LINE;
            for (int line = first; line < from + vectors.length * bytes; line += LINE) {
                code.prefetch(at(R11, line));
            }
        }
        for (int i = 0; i < sums.length; i++) {
            if (i % vectors.length == 0) {
                code.vector(VPBROADCASTD, number, at(rows, i / vectors.length * rowBytes));
            }
            code.vector(VFMADD231PS, sums[i], number, vectors[i % vectors.length]);
        }
    }

    /** Replaces scores by e^(score − largest); those of the last group that nobody sees become zero. All queries' largest scores are found first, so that no power waits for one. */
    byte[] weights() {
        Vector[] sums = vectors(0, parts);
        var max = new Vector(2);
        var other = new Vector(3);
        Source[] constants = constants();
        code.address(RSI, at(RDI, QUERY_TABLE));
        code.load(R8, at(RDI, SEEING));
        int first = code.position();
        code.load(RDX, at(RSI, 24));
        largest(sums, max, other);
        code.storeFirst(at(RSI, MAX), max);
        code.add(RSI, QUERY_BYTES);
        code.loop(R8, first);
        code.address(RSI, at(RDI, QUERY_TABLE));
        code.load(R8, at(RDI, SEEING));
        int query = code.position();
        code.load(RDX, at(RSI, 24));
        code.vector(VPBROADCASTD, max, at(RSI, MAX));
        clear(sums);
        code.load(R10, at(RSI, 0));
        code.load(RCX, at(RSI, 8));
        int none = code.jumpIfZero(RCX);
        int group = code.position();
        for (int part = 0; part < parts; part++) {
            Vector weight = exponential(part * width, max, constants);
            code.store(at(R10, part * width), weight);
            code.vector(VADDPS, sums[part], sums[part], weight);
        }
        code.add(R10, LINE);
        code.loop(RCX, group);
        code.land(none);
        for (int part = 0; part < parts; part++) {
            Vector weight = exponential(part * width, max, constants);
            code.vector(VPAND, weight, weight, at(RDX, MASKS + part * width));
            code.store(at(R10, part * width), weight);
            code.vector(VADDPS, sums[part], sums[part], weight);
        }
        if (parts == 2) {
            code.vector(VADDPS, sums[0], sums[0], sums[1]);
        }
        for (int lanes = width / Float.BYTES / 2; lanes > 0; lanes /= 2) {
            code.exchange(other, sums[0], lanes);
            code.vector(VADDPS, sums[0], sums[0], other);
        }
        code.storeFirst(at(RSI, SUM), sums[0]);
        code.add(RSI, QUERY_BYTES);
        code.loop(R8, query);
        code.returns();
        return code.code();
    }

    /** Vectors of {@link #NUMBERS}: in registers if there are enough. */
    private Source[] constants() {
        Source[] constants = new Source[NUMBERS.length];
        for (int i = 0; i < NUMBERS.length; i++) {
            var memory = at(RDI, CONSTANTS + i * LINE);
            boolean register = i == 0 || set.registers() == 32;
            constants[i] = register ? new Vector(set.registers() - 1 - i) : memory;
            if (register) {
                code.vector(VMOVUPS, new Vector(set.registers() - 1 - i), memory);
            }
        }
        return constants;
    }

    /** The largest score in all lanes. If a score isn't a number, neither is its weight, whatever the largest is. */
    private void largest(Vector[] all, Vector max, Vector other) {
        code.load(R10, at(RSI, 16));
        for (int part = 0; part < parts; part++) {
            code.vector(VMOVUPS, all[part], at(R10, part * width));
            code.vector(VPAND, all[part], all[part], at(RDX, MASKS + part * width));
            code.vector(VPOR, all[part], all[part], at(RDX, PADS + part * width));
        }
        code.load(R10, at(RSI, 0));
        code.load(RCX, at(RSI, 8));
        int none = code.jumpIfZero(RCX);
        int group = code.position();
        for (int part = 0; part < parts; part++) {
            code.vector(VMAXPS, all[part], all[part], at(R10, part * width));
        }
        code.add(R10, LINE);
        code.loop(RCX, group);
        code.land(none);
        code.vector(VMAXPS, max, all[0], all[parts - 1]);
        for (int lanes = width / Float.BYTES / 2; lanes > 0; lanes /= 2) {
            code.exchange(other, max, lanes);
            code.vector(VMAXPS, max, max, other);
        }
    }

    /** The steps of {@link Exp#exp}. Its upper limit isn't needed here. */
    private Vector exponential(int at, Vector max, Source[] constants) {
        var x = new Vector(4);
        var shifted = new Vector(5);
        var n = new Vector(6);
        var p = new Vector(7);
        var square = new Vector(8);
        code.vector(VMOVUPS, x, at(R10, at));
        code.vector(VSUBPS, x, x, max);
        code.vector(VMAXPS, x, (Vector) constants[0], x);
        code.vector(VMOVUPS, shifted, constants[1]);
        code.vector(VFMADD231PS, shifted, x, constants[2]);
        code.vector(VSUBPS, n, shifted, constants[1]);
        code.vector(VFMADD231PS, x, n, constants[3]);
        code.vector(VFMADD231PS, x, n, constants[4]);
        code.vector(VMOVUPS, p, constants[5]);
        for (int i = 6; i <= 9; i++) {
            code.vector(VFMADD213PS, p, x, constants[i]);
        }
        code.vector(VMULPS, square, x, x);
        code.vector(VFMADD213PS, p, square, x);
        code.vector(VADDPS, p, p, constants[10]);
        code.shiftLeft(shifted, shifted, 23);
        code.vector(VPADDD, p, p, shifted);
        return p;
    }
}
