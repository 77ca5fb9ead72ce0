package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** UTF-8 (RFC 3629): a range of code points as sequences of byte ranges. */
final class Utf8 {
    /** Last code points of the encodings of one, two, three and four bytes. */
    private static final int[] LAST = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

    private Utf8() {}

    /** The bytes from the first to the last, inclusive. */
    record Range(int first, int last) {}

    /** Each sequence stands for all choices of one byte from each of its ranges. */
    static List<List<Range>> sequences(CodePoints set) {
        var sequences = new ArrayList<List<Range>>();
        for (CodePoints.Range range : set.ranges()) {
            int first = range.first();
            for (int last : LAST) {
                if (first <= last && first <= range.last()) {
                    split(first, Math.min(last, range.last()), sequences);
                    first = last + 1;
                }
            }
        }
        return sequences;
    }

    /** Splits a range whose ends have the same length where continuation bytes don't have all values, until each part is a product. */
    private static void split(int first, int last, List<List<Range>> sequences) {
        for (int bits = 6; bits <= 18; bits += 6) {
            int mask = (1 << bits) - 1;
            if ((first & ~mask) != (last & ~mask)) {
                if ((first & mask) != 0) {
                    split(first, first | mask, sequences);
                    split((first | mask) + 1, last, sequences);
                    return;
                }
                if ((last & mask) != mask) {
                    split(first, (last & ~mask) - 1, sequences);
                    split(last & ~mask, last, sequences);
                    return;
                }
            }
        }
        int[] least = encode(first);
        int[] most = encode(last);
        sequences.add(IntStream.range(0, least.length)
                .mapToObj(i -> new Range(least[i], most[i]))
                .toList());
    }

    static int[] encode(int codePoint) {
        if (codePoint <= LAST[0]) {
            return new int[] {codePoint};
        }
        int length = codePoint <= LAST[1] ? 2 : codePoint <= LAST[2] ? 3 : 4;
        int[] bytes = new int[length];
        int rest = codePoint;
        for (int i = length - 1; i > 0; i--) {
            bytes[i] = 0x80 | rest & 0x3F;
            rest >>= 6;
        }
        bytes[0] = marker(length) | rest;
        return bytes;
    }

    /** The high bits of a lead byte: 110, 1110 or 11110. */
    private static int marker(int length) {
        return 0xFF00 >> length & 0xFF;
    }

    /** The code points whose encoding has this lead byte, from 0xC2 to 0xF4. */
    static CodePoints beginningWith(int lead) {
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        int bits = 6 * (length - 1);
        int first = (lead & 0xFF >> length + 1) << bits;
        int least = LAST[length - 2] + 1;
        int last = Math.min(first + (1 << bits) - 1, LAST[3]);
        return CodePoints.range(Math.max(first, least), last);
    }
}
