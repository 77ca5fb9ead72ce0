package io.baseload.engine.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The kernel's format of lists of CPUs or memory nodes. */
public final class NumberList {
    /** A list with a larger number is a mistake. */
    private static final int MAX = 1 << 16;

    private NumberList() {}

    /**
     * {@code 0-3,8,10-11}.
     *
     * @throws NumberFormatException if it is another format
     */
    public static List<Integer> parse(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : list.strip().split(",", -1)) {
            String[] ends = part.strip().split("-", -1);
            int from = Integer.parseInt(ends[0]);
            int to = Integer.parseInt(ends[ends.length - 1]);
            if (ends.length > 2 || to < from || to >= MAX) {
                throw new NumberFormatException("not a range: " + part);
            }
            IntStream.rangeClosed(from, to).forEach(numbers::add);
        }
        return numbers;
    }
}
