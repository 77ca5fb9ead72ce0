package io.baseload.chat.grammar;

import java.util.List;

/**
 * Parts that are read in any order ({@link Expr.Unordered}). Which were read is a number, the count of a frame: a bit for each numbered part, a bit for the others together, and above
 * them, if there is a greatest number, how many were read. Each step leaves room for the parts that are still required, so there is always a way to the end.
 *
 * @param required bits of the numbered parts that must be read
 * @param optional bits of the numbered parts that may be read
 * @param repeatable whether there are named parts without a number, which may be read several times
 * @param others whether there are parts without a name, which may be read several times
 * @param min the least number of different parts
 * @param max the greatest number of parts, at most {@link #MAX_COUNTED}, or {@link Expr#UNBOUNDED}
 */
record Selection(long required, long optional, boolean repeatable, boolean others, int min, int max) {
    /** The most parts with a number. */
    static final int MAX_NUMBERED = 52;

    static final int MAX_COUNTED = 1_000;

    /** Stands for a named part without a number; never a bit of what was read. */
    static final int UNNUMBERED = 63;

    private static final int OTHERS = MAX_NUMBERED;
    private static final int TOTAL = OTHERS + 1;

    static Selection of(Expr.Unordered unordered) {
        int all = unordered.named().size();
        int required =
                (int) unordered.named().stream().filter(Expr.Named::required).count();
        if (required > MAX_NUMBERED) {
            throw new IllegalArgumentException("more required parts than can be distinguished: " + required);
        }
        long numbered = (1L << Math.min(all, MAX_NUMBERED)) - 1;
        long requiredBits = (1L << required) - 1;
        return new Selection(
                requiredBits,
                numbered & ~requiredBits,
                all > MAX_NUMBERED,
                unordered.others().isPresent(),
                unordered.min(),
                unordered.max() == Expr.UNBOUNDED ? Expr.UNBOUNDED : Math.min(unordered.max(), MAX_COUNTED));
    }

    /** The numbers of the named parts: first those that are required. */
    static int[] numbers(List<Expr.Named> parts) {
        int[] numbers = new int[parts.size()];
        int next = 0;
        for (boolean required : new boolean[] {true, false}) {
            for (int i = 0; i < numbers.length; i++) {
                if (parts.get(i).required() == required) {
                    numbers[i] = next < MAX_NUMBERED ? next : UNNUMBERED;
                    next++;
                }
            }
        }
        return numbers;
    }

    /** Whether there is an order in which they can be read. */
    boolean isPossible() {
        int different = Long.bitCount(required | optional) + (others ? 1 : 0);
        return different >= min && room(0) >= 0;
    }

    /** After a named part. */
    long with(long read, int part) {
        return counted(part == UNNUMBERED ? read : read | 1L << part);
    }

    long withOther(long read) {
        return counted(read | 1L << OTHERS);
    }

    private long counted(long read) {
        return max == Expr.UNBOUNDED ? read : read + (1L << TOTAL);
    }

    /** @param parts bits of named parts; whether one of them may be read next */
    boolean allows(long read, long parts) {
        long left = parts & ~read;
        long choice = left & optional;
        return (left & required) != 0
                || choice != 0 && fits(with(read, Long.numberOfTrailingZeros(choice)))
                || (left & 1L << UNNUMBERED) != 0 && fits(counted(read));
    }

    boolean allowsOther(long read) {
        return others && fits(withOther(read));
    }

    boolean allowsAny(long read) {
        return allows(read, required | optional | (repeatable ? 1L << UNNUMBERED : 0)) || allowsOther(read);
    }

    boolean mayEnd(long read) {
        return (required & ~read) == 0 && different(read) >= min;
    }

    private boolean fits(long read) {
        return max == Expr.UNBOUNDED || room(read) >= 0;
    }

    /** How many more may be read than must be. */
    private long room(long read) {
        int missing = Math.max(Long.bitCount(required & ~read), min - different(read));
        return max - (read >> TOTAL) - missing;
    }

    private int different(long read) {
        return Long.bitCount(read & (required | optional | 1L << OTHERS));
    }
}
