package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static io.baseload.engine.tensor.PackedMatrix.NESTED_BLOCKS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thread's memory for a kernel's parameters, constants, sums and results. Blocks of a panel whose scales share numbers are a span; without such scales a panel is one span.
 */
public final class TileParameters {
    /** The most panels of a call. */
    public static final int MAX_PANELS = 8;

    static final int LINE = 64;

    /** Address of the first panel; the kernel changes it. */
    static final int PANEL = 0;

    static final int PANELS = 8;
    static final int PANEL_BYTES = 16;
    static final int SPANS = 24;
    static final int SPANS_LEFT = 32;

    /** Address of the rows' codes, and of their numbers. */
    static final int CODES = 40;

    static final int NUMBERS = 48;
    static final int STRIDE = 56;

    /** Offset of the results in their memory, then the address of those of the next panel; the kernel changes it. For {@link UnpackedPanels} the address of these. */
    static final int OUT = 64;

    /** Bytes from a row of results to the next one. */
    static final int OUT_STRIDE = 72;

    /** Vectors of bytes 15, of 16-bit ones, of the table and of its unit. */
    static final int LOW_NIBBLES = 2 * LINE;

    static final int ONES = 3 * LINE;
    static final int TABLE = 4 * LINE;
    static final int UNIT = 5 * LINE;

    /** Indexes that transpose four times four bytes in each 128 bits; with 512 bits, those of ints of a line's even and odd columns. */
    static final int TRANSPOSED = 6 * LINE;

    static final int EVEN = 7 * LINE;
    static final int ODD = 8 * LINE;

    /** A vector of bytes 128. */
    static final int SIGNS = 9 * LINE;

    /** The sign, exponent and fraction of an F8_E4M3 number in the bits of a float, and the factor that corrects the exponent. */
    static final int FLOAT8_BITS = 10 * LINE;

    static final int FLOAT8_BIAS = 11 * LINE;

    /** From the fraction of an F8_E4M3 number to that of a float, and the bits of a float that the number, sign-extended and shifted so, has. */
    public static final int FLOAT8_SHIFT = 20;

    public static final int FLOAT8_MASK = 0x87F00000;

    /** A vector of {@link TileRows#START_BITS}. */
    static final int START = 12 * LINE;

    /** Sums of products and of minimums that don't fit in registers, {@code [2][rows][16]}. */
    static final int SUMS = 13 * LINE;

    /** Vectors with the sums that minimums are multiplied by, {@code [rows]}. */
    static final int BLOCK_SUMS = SUMS + 2 * TileRows.MAX_ROWS * LINE;

    /** For each span the number of its blocks, the offsets of their codes and of their scales in the panel, and the number of lines of nested scales. */
    static final int SPAN_TABLE = BLOCK_SUMS + TileRows.MAX_ROWS * LINE;

    static final int SPAN_BYTES = 32;

    private final VectorInstructions set;
    private final MemorySegment memory;

    /** The matrix for which the spans were written last, and whether for its unpacked panels. */
    private @Nullable PackedMatrix matrix;

    private boolean unpacked;

    /** Memory for results, the offset of the first row's and the bytes from one row's to the next. */
    private MemorySegment output = MemorySegment.NULL;

    private long outputAt;
    private long outputStride;

    /** @param cols the most columns of a matrix */
    public TileParameters(VectorInstructions set, int cols) {
        this.set = set;
        int spans = Math.ceilDiv(cols, NESTED_BLOCKS * TileRows.MIN_GROUP);
        memory = Arena.ofAuto().allocate(SPAN_TABLE + (long) spans * SPAN_BYTES, LINE);
        memory.asSlice(LOW_NIBBLES, LINE).fill((byte) 15);
        for (int i = 0; i < LINE; i += Short.BYTES) {
            memory.set(JAVA_SHORT, ONES + i, (short) 1);
        }
        memory.asSlice(SIGNS, LINE).fill((byte) 128);
        for (int i = 0; i < LINE; i++) {
            memory.set(JAVA_BYTE, TRANSPOSED + i, (byte) (i % 4 * 4 + i % 16 / 4));
        }
        for (int i = 0; i < LINE; i += Float.BYTES) {
            memory.set(JAVA_INT, FLOAT8_BITS + i, FLOAT8_MASK);
            memory.set(JAVA_FLOAT, FLOAT8_BIAS + i, 0x1p120f);
        }
        for (int i = 0; i < LINE; i += Integer.BYTES) {
            memory.set(JAVA_INT, START + i, TileRows.START_BITS);
        }
        for (int i = 0; i < LINE / Integer.BYTES; i++) {
            int column = i % 4 * 2;
            memory.set(JAVA_INT, EVEN + (long) i * Integer.BYTES, column * 4 + i / 4);
            memory.set(JAVA_INT, ODD + (long) i * Integer.BYTES, (column + 1) * 4 + i / 4);
        }
    }

    long address() {
        return memory.address();
    }

    /**
     * Sets where the next kernel writes its results: the first row's from an offset on, 16 for each panel, the next row's after {@code stride} bytes.
     *
     * @param memory outside the heap, or an array's
     */
    public void writeTo(MemorySegment memory, long at, long stride) {
        output = memory;
        outputAt = at;
        outputStride = stride;
    }

    MemorySegment output() {
        return output;
    }

    /** Sets what a tile of rows and some panels need. */
    void set(PackedMatrix w, int panel, int panels, TileRows x, int first, int rows) {
        check(w, panel, panels);
        check(w, x, first, rows);
        checkOutput(rows, panels);
        panels(w, panel, panels);
        rows(x, first);
    }

    /** The same with panels that have been unpacked. */
    void set(UnpackedPanels w, TileRows x, int first, int rows) {
        check(w.matrix(), x, first, rows);
        check(w.memory(), w.bytes());
        checkOutput(rows, w.panels());
        matrix(w.matrix(), true);
        memory.set(JAVA_LONG, PANEL, w.memory().address());
        memory.set(JAVA_LONG, PANELS, w.panels());
        rows(x, first);
    }

    /** Sets what unpacking some panels needs. */
    void set(PackedMatrix w, int panel, int panels, MemorySegment to) {
        check(w, panel, panels);
        check(to, panels * UnpackedPanels.panelBytes(w));
        panels(w, panel, panels);
        memory.set(JAVA_LONG, OUT, to.address());
    }

    private void panels(PackedMatrix w, int panel, int panels) {
        matrix(w, false);
        memory.set(JAVA_LONG, PANEL, w.data().address() + panel * w.panelBytes());
        memory.set(JAVA_LONG, PANELS, panels);
    }

    private void rows(TileRows x, int first) {
        memory.set(JAVA_LONG, CODES, x.memory().address() + x.codes(first, 0));
        memory.set(JAVA_LONG, NUMBERS, x.memory().address() + x.numbers(first, 0));
        memory.set(JAVA_LONG, STRIDE, x.stride());
        memory.set(JAVA_LONG, OUT, outputAt);
        memory.set(JAVA_LONG, OUT_STRIDE, outputStride);
    }

    /** Machine code checks nothing, so everything that it reads must exist. */
    private static void check(PackedMatrix w, int panel, int panels) {
        if (panels < 1 || panels > MAX_PANELS) {
            throw new IllegalArgumentException(panels + " panels");
        }
        MachineCode.requireAlive(w.data(), "the weights");
        Objects.checkFromIndexSize(panel, panels, w.panels());
        Objects.checkFromIndexSize(
                panel * w.panelBytes(), panels * w.panelBytes(), w.data().byteSize());
    }

    private static void check(MemorySegment unpacked, long bytes) {
        MachineCode.requireAlive(unpacked, "the unpacked weights");
        Objects.checkFromIndexSize(0, bytes, unpacked.byteSize());
    }

    private void checkOutput(int rows, int panels) {
        MachineCode.requireAlive(output, "the results");
        long bytes = (long) panels * LINE;
        Objects.checkFromIndexSize(outputAt, bytes, output.byteSize());
        Objects.checkFromIndexSize(outputAt + (rows - 1) * outputStride, bytes, output.byteSize());
    }

    private void check(PackedMatrix w, TileRows x, int first, int rows) {
        TileForm form = TileForm.of(set, w.packing());
        if (x.cols() != w.cols() || x.columns() != TileKernel.group(w.packing()) || x.form() != form) {
            throw new IllegalArgumentException("%d columns in %s, rows of %d in groups of %d, %s"
                    .formatted(w.cols(), w.packing(), x.cols(), x.columns(), x.form()));
        }
        MachineCode.requireAlive(x.memory(), "the rows");
        Objects.checkFromIndexSize(first % x.height(), rows, x.height());
        long last = x.numbers(first + rows - 1, x.cols() / x.columns() - 1);
        Objects.checkFromIndexSize(last, TileRows.NUMBERS, x.memory().byteSize());
    }

    private void matrix(PackedMatrix w, boolean ofUnpacked) {
        if (w == matrix && ofUnpacked == unpacked) {
            return;
        }
        matrix = w;
        unpacked = ofUnpacked;
        if (unpacked) {
            memory.set(JAVA_LONG, SPANS, 1);
            memory.set(JAVA_LONG, PANEL_BYTES, UnpackedPanels.panelBytes(w));
            span(0, w.blocks(), 0, PanelLayout.unpackedCodes(w.packing()));
        } else {
            spans(w);
        }
        CodeValues values = CodeValues.of(w.packing().codes(), set);
        for (int i = 0; i < LINE && values.looksUp(); i++) {
            memory.set(JAVA_BYTE, TABLE + i, values.table()[i % LANES]);
        }
        for (int i = 0; i < LINE; i += Float.BYTES) {
            memory.set(JAVA_FLOAT, UNIT + i, values.unit());
        }
    }

    private void spans(PackedMatrix w) {
        int blocks = w.packing().scales().nested() ? NESTED_BLOCKS : w.blocks();
        int spans = 0;
        for (int block = 0; block < w.blocks(); block += blocks, spans++) {
            span(spans, Math.min(blocks, w.blocks() - block), w.codes(0, block), w.scales(0, block));
        }
        memory.set(JAVA_LONG, SPANS, spans);
        memory.set(JAVA_LONG, PANEL_BYTES, w.panelBytes());
    }

    private void span(int span, int blocks, long codes, long scales) {
        long at = SPAN_TABLE + (long) span * SPAN_BYTES;
        memory.set(JAVA_LONG, at, blocks);
        memory.set(JAVA_LONG, at + 8, codes);
        memory.set(JAVA_LONG, at + 16, scales);
        memory.set(JAVA_LONG, at + 24, (codes - scales) / LINE);
    }
}
