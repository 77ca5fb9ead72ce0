package io.baseload.chat.python;

import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The elements of a slice: {@code size} elements from index {@code from} on, at a distance of {@code step}. */
record Range(int from, int size, int step) {
    /** As Python's {@code slice(start, stop, step).indices(length)}. */
    static Range of(Optional<Integer> start, Optional<Integer> stop, Optional<Integer> step, int length) {
        int stride = step.orElse(1);
        if (stride == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        int low = stride > 0 ? 0 : -1;
        int high = stride > 0 ? length : length - 1;
        int from = start.map(i -> clamp(i, length, low, high)).orElse(stride > 0 ? low : high);
        int to = stop.map(i -> clamp(i, length, low, high)).orElse(stride > 0 ? high : low);
        long distance = stride > 0 ? (long) to - from : (long) from - to;
        return new Range(from, distance <= 0 ? 0 : (int) ((distance - 1) / Math.abs((long) stride) + 1), stride);
    }

    Stream<Integer> places() {
        return IntStream.range(0, size).mapToObj(i -> from + i * step);
    }

    private static int clamp(int index, int length, int low, int high) {
        return Math.clamp(index < 0 ? (long) index + length : index, low, high);
    }
}
