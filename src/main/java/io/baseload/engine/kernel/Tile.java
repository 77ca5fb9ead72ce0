package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The register tile under prefill and attention: y += x·w for a few rows of x and a few vectors of w's columns, over {@code depth} rows of w that lie {@code stride}
 * bytes apart. The sums stay in registers and each runs in order.
 *
 * <p>Where fewer rows are there than the tile has, the last one stands in for the missing: it is computed more than once, always with the same result.
 */
final class Tile {
    private static final long BYTES = 4L * L;

    private Tile() {}

    /** Two vectors of columns and up to 12 rows; 6 where registers are few. */
    static void any(
            MemorySegment w,
            long at,
            long stride,
            int depth,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] y,
            int yAt,
            int yStride) {
        if (rows > 6) {
            twelve(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
        } else if (rows > 3) {
            six(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
        } else {
            narrow(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
        }
    }

    /** Twelve rows at most; 2 vectors of columns. */
    static void twelve(
            MemorySegment w,
            long at,
            long stride,
            int depth,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] y,
            int yAt,
            int yStride) {
        int last = rows - 1;
        int x0 = xAt,
                x1 = xAt + Math.min(1, last) * xStride,
                x2 = xAt + Math.min(2, last) * xStride,
                x3 = xAt + Math.min(3, last) * xStride,
                x4 = xAt + Math.min(4, last) * xStride,
                x5 = xAt + Math.min(5, last) * xStride,
                x6 = xAt + Math.min(6, last) * xStride,
                x7 = xAt + Math.min(7, last) * xStride,
                x8 = xAt + Math.min(8, last) * xStride,
                x9 = xAt + Math.min(9, last) * xStride,
                x10 = xAt + Math.min(10, last) * xStride,
                x11 = xAt + Math.min(11, last) * xStride;
        int y0 = yAt,
                y1 = yAt + Math.min(1, last) * yStride,
                y2 = yAt + Math.min(2, last) * yStride,
                y3 = yAt + Math.min(3, last) * yStride,
                y4 = yAt + Math.min(4, last) * yStride,
                y5 = yAt + Math.min(5, last) * yStride,
                y6 = yAt + Math.min(6, last) * yStride,
                y7 = yAt + Math.min(7, last) * yStride,
                y8 = yAt + Math.min(8, last) * yStride,
                y9 = yAt + Math.min(9, last) * yStride,
                y10 = yAt + Math.min(10, last) * yStride,
                y11 = yAt + Math.min(11, last) * yStride;
        FloatVector s0a = FloatVector.fromArray(FLOATS, y, y0), s0b = FloatVector.fromArray(FLOATS, y, y0 + L);
        FloatVector s1a = FloatVector.fromArray(FLOATS, y, y1), s1b = FloatVector.fromArray(FLOATS, y, y1 + L);
        FloatVector s2a = FloatVector.fromArray(FLOATS, y, y2), s2b = FloatVector.fromArray(FLOATS, y, y2 + L);
        FloatVector s3a = FloatVector.fromArray(FLOATS, y, y3), s3b = FloatVector.fromArray(FLOATS, y, y3 + L);
        FloatVector s4a = FloatVector.fromArray(FLOATS, y, y4), s4b = FloatVector.fromArray(FLOATS, y, y4 + L);
        FloatVector s5a = FloatVector.fromArray(FLOATS, y, y5), s5b = FloatVector.fromArray(FLOATS, y, y5 + L);
        FloatVector s6a = FloatVector.fromArray(FLOATS, y, y6), s6b = FloatVector.fromArray(FLOATS, y, y6 + L);
        FloatVector s7a = FloatVector.fromArray(FLOATS, y, y7), s7b = FloatVector.fromArray(FLOATS, y, y7 + L);
        FloatVector s8a = FloatVector.fromArray(FLOATS, y, y8), s8b = FloatVector.fromArray(FLOATS, y, y8 + L);
        FloatVector s9a = FloatVector.fromArray(FLOATS, y, y9), s9b = FloatVector.fromArray(FLOATS, y, y9 + L);
        FloatVector s10a = FloatVector.fromArray(FLOATS, y, y10), s10b = FloatVector.fromArray(FLOATS, y, y10 + L);
        FloatVector s11a = FloatVector.fromArray(FLOATS, y, y11), s11b = FloatVector.fromArray(FLOATS, y, y11 + L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, w, p + BYTES, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0a = a.fma(r0, s0a);
            s0b = b.fma(r0, s0b);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1a = a.fma(r1, s1a);
            s1b = b.fma(r1, s1b);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2a = a.fma(r2, s2a);
            s2b = b.fma(r2, s2b);
            FloatVector r3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
            s3a = a.fma(r3, s3a);
            s3b = b.fma(r3, s3b);
            FloatVector r4 = FloatVector.broadcast(FLOATS, x[x4 + k]);
            s4a = a.fma(r4, s4a);
            s4b = b.fma(r4, s4b);
            FloatVector r5 = FloatVector.broadcast(FLOATS, x[x5 + k]);
            s5a = a.fma(r5, s5a);
            s5b = b.fma(r5, s5b);
            FloatVector r6 = FloatVector.broadcast(FLOATS, x[x6 + k]);
            s6a = a.fma(r6, s6a);
            s6b = b.fma(r6, s6b);
            FloatVector r7 = FloatVector.broadcast(FLOATS, x[x7 + k]);
            s7a = a.fma(r7, s7a);
            s7b = b.fma(r7, s7b);
            FloatVector r8 = FloatVector.broadcast(FLOATS, x[x8 + k]);
            s8a = a.fma(r8, s8a);
            s8b = b.fma(r8, s8b);
            FloatVector r9 = FloatVector.broadcast(FLOATS, x[x9 + k]);
            s9a = a.fma(r9, s9a);
            s9b = b.fma(r9, s9b);
            FloatVector r10 = FloatVector.broadcast(FLOATS, x[x10 + k]);
            s10a = a.fma(r10, s10a);
            s10b = b.fma(r10, s10b);
            FloatVector r11 = FloatVector.broadcast(FLOATS, x[x11 + k]);
            s11a = a.fma(r11, s11a);
            s11b = b.fma(r11, s11b);
        }
        s0a.intoArray(y, y0);
        s0b.intoArray(y, y0 + L);
        s1a.intoArray(y, y1);
        s1b.intoArray(y, y1 + L);
        s2a.intoArray(y, y2);
        s2b.intoArray(y, y2 + L);
        s3a.intoArray(y, y3);
        s3b.intoArray(y, y3 + L);
        s4a.intoArray(y, y4);
        s4b.intoArray(y, y4 + L);
        s5a.intoArray(y, y5);
        s5b.intoArray(y, y5 + L);
        s6a.intoArray(y, y6);
        s6b.intoArray(y, y6 + L);
        s7a.intoArray(y, y7);
        s7b.intoArray(y, y7 + L);
        s8a.intoArray(y, y8);
        s8b.intoArray(y, y8 + L);
        s9a.intoArray(y, y9);
        s9b.intoArray(y, y9 + L);
        s10a.intoArray(y, y10);
        s10b.intoArray(y, y10 + L);
        s11a.intoArray(y, y11);
        s11b.intoArray(y, y11 + L);
    }

    /** Six rows at most; 2 vectors of columns. */
    static void six(
            MemorySegment w,
            long at,
            long stride,
            int depth,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] y,
            int yAt,
            int yStride) {
        int last = rows - 1;
        int x0 = xAt,
                x1 = xAt + Math.min(1, last) * xStride,
                x2 = xAt + Math.min(2, last) * xStride,
                x3 = xAt + Math.min(3, last) * xStride,
                x4 = xAt + Math.min(4, last) * xStride,
                x5 = xAt + Math.min(5, last) * xStride;
        int y0 = yAt,
                y1 = yAt + Math.min(1, last) * yStride,
                y2 = yAt + Math.min(2, last) * yStride,
                y3 = yAt + Math.min(3, last) * yStride,
                y4 = yAt + Math.min(4, last) * yStride,
                y5 = yAt + Math.min(5, last) * yStride;
        FloatVector s0a = FloatVector.fromArray(FLOATS, y, y0), s0b = FloatVector.fromArray(FLOATS, y, y0 + L);
        FloatVector s1a = FloatVector.fromArray(FLOATS, y, y1), s1b = FloatVector.fromArray(FLOATS, y, y1 + L);
        FloatVector s2a = FloatVector.fromArray(FLOATS, y, y2), s2b = FloatVector.fromArray(FLOATS, y, y2 + L);
        FloatVector s3a = FloatVector.fromArray(FLOATS, y, y3), s3b = FloatVector.fromArray(FLOATS, y, y3 + L);
        FloatVector s4a = FloatVector.fromArray(FLOATS, y, y4), s4b = FloatVector.fromArray(FLOATS, y, y4 + L);
        FloatVector s5a = FloatVector.fromArray(FLOATS, y, y5), s5b = FloatVector.fromArray(FLOATS, y, y5 + L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, w, p + BYTES, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0a = a.fma(r0, s0a);
            s0b = b.fma(r0, s0b);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1a = a.fma(r1, s1a);
            s1b = b.fma(r1, s1b);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2a = a.fma(r2, s2a);
            s2b = b.fma(r2, s2b);
            FloatVector r3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
            s3a = a.fma(r3, s3a);
            s3b = b.fma(r3, s3b);
            FloatVector r4 = FloatVector.broadcast(FLOATS, x[x4 + k]);
            s4a = a.fma(r4, s4a);
            s4b = b.fma(r4, s4b);
            FloatVector r5 = FloatVector.broadcast(FLOATS, x[x5 + k]);
            s5a = a.fma(r5, s5a);
            s5b = b.fma(r5, s5b);
        }
        s0a.intoArray(y, y0);
        s0b.intoArray(y, y0 + L);
        s1a.intoArray(y, y1);
        s1b.intoArray(y, y1 + L);
        s2a.intoArray(y, y2);
        s2b.intoArray(y, y2 + L);
        s3a.intoArray(y, y3);
        s3b.intoArray(y, y3 + L);
        s4a.intoArray(y, y4);
        s4b.intoArray(y, y4 + L);
        s5a.intoArray(y, y5);
        s5b.intoArray(y, y5 + L);
    }

    /** Three rows at most; 4 vectors of columns. */
    static void three(
            MemorySegment w,
            long at,
            long stride,
            int depth,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] y,
            int yAt,
            int yStride) {
        int last = rows - 1;
        int x0 = xAt, x1 = xAt + Math.min(1, last) * xStride, x2 = xAt + Math.min(2, last) * xStride;
        int y0 = yAt, y1 = yAt + Math.min(1, last) * yStride, y2 = yAt + Math.min(2, last) * yStride;
        FloatVector s0a = FloatVector.fromArray(FLOATS, y, y0),
                s0b = FloatVector.fromArray(FLOATS, y, y0 + L),
                s0c = FloatVector.fromArray(FLOATS, y, y0 + 2 * L),
                s0d = FloatVector.fromArray(FLOATS, y, y0 + 3 * L);
        FloatVector s1a = FloatVector.fromArray(FLOATS, y, y1),
                s1b = FloatVector.fromArray(FLOATS, y, y1 + L),
                s1c = FloatVector.fromArray(FLOATS, y, y1 + 2 * L),
                s1d = FloatVector.fromArray(FLOATS, y, y1 + 3 * L);
        FloatVector s2a = FloatVector.fromArray(FLOATS, y, y2),
                s2b = FloatVector.fromArray(FLOATS, y, y2 + L),
                s2c = FloatVector.fromArray(FLOATS, y, y2 + 2 * L),
                s2d = FloatVector.fromArray(FLOATS, y, y2 + 3 * L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, w, p + BYTES, LITTLE_ENDIAN);
            FloatVector c = FloatVector.fromMemorySegment(FLOATS, w, p + 2 * BYTES, LITTLE_ENDIAN);
            FloatVector d = FloatVector.fromMemorySegment(FLOATS, w, p + 3 * BYTES, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0a = a.fma(r0, s0a);
            s0b = b.fma(r0, s0b);
            s0c = c.fma(r0, s0c);
            s0d = d.fma(r0, s0d);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1a = a.fma(r1, s1a);
            s1b = b.fma(r1, s1b);
            s1c = c.fma(r1, s1c);
            s1d = d.fma(r1, s1d);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2a = a.fma(r2, s2a);
            s2b = b.fma(r2, s2b);
            s2c = c.fma(r2, s2c);
            s2d = d.fma(r2, s2d);
        }
        s0a.intoArray(y, y0);
        s0b.intoArray(y, y0 + L);
        s0c.intoArray(y, y0 + 2 * L);
        s0d.intoArray(y, y0 + 3 * L);
        s1a.intoArray(y, y1);
        s1b.intoArray(y, y1 + L);
        s1c.intoArray(y, y1 + 2 * L);
        s1d.intoArray(y, y1 + 3 * L);
        s2a.intoArray(y, y2);
        s2b.intoArray(y, y2 + L);
        s2c.intoArray(y, y2 + 2 * L);
        s2d.intoArray(y, y2 + 3 * L);
    }

    /** Three rows at most; 2 vectors of columns. */
    static void narrow(
            MemorySegment w,
            long at,
            long stride,
            int depth,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] y,
            int yAt,
            int yStride) {
        int last = rows - 1;
        int x0 = xAt, x1 = xAt + Math.min(1, last) * xStride, x2 = xAt + Math.min(2, last) * xStride;
        int y0 = yAt, y1 = yAt + Math.min(1, last) * yStride, y2 = yAt + Math.min(2, last) * yStride;
        FloatVector s0a = FloatVector.fromArray(FLOATS, y, y0), s0b = FloatVector.fromArray(FLOATS, y, y0 + L);
        FloatVector s1a = FloatVector.fromArray(FLOATS, y, y1), s1b = FloatVector.fromArray(FLOATS, y, y1 + L);
        FloatVector s2a = FloatVector.fromArray(FLOATS, y, y2), s2b = FloatVector.fromArray(FLOATS, y, y2 + L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, w, p + BYTES, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0a = a.fma(r0, s0a);
            s0b = b.fma(r0, s0b);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1a = a.fma(r1, s1a);
            s1b = b.fma(r1, s1b);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2a = a.fma(r2, s2a);
            s2b = b.fma(r2, s2b);
        }
        s0a.intoArray(y, y0);
        s0b.intoArray(y, y0 + L);
        s1a.intoArray(y, y1);
        s1b.intoArray(y, y1 + L);
        s2a.intoArray(y, y2);
        s2b.intoArray(y, y2 + L);
    }
}
