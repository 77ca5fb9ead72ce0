package io.baseload.engine.tensor;

/** The half-open range {@code from … to}. */
public record IndexRange(int from, int to) {
    public IndexRange {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("no range from " + from + " to " + to);
        }
    }

    public int size() {
        return to - from;
    }
}
