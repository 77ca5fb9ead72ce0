package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/** A set of Unicode scalar values: code points without surrogates, which no UTF-8 text contains. Immutable. */
public final class CodePoints {
    /** Code points from {@code first} to {@code last}, both included. */
    public record Range(int first, int last) {}

    public static final CodePoints NONE = new CodePoints(List.of());
    public static final CodePoints ALL = range(0, Character.MAX_CODE_POINT);

    private final List<Range> ranges;

    private CodePoints(List<Range> ranges) {
        this.ranges = ranges;
    }

    public static CodePoints of(int codePoint) {
        return range(codePoint, codePoint);
    }

    /** The code points of a text. */
    public static CodePoints of(String characters) {
        return union(characters.codePoints().mapToObj(CodePoints::of).toList());
    }

    public static CodePoints range(int first, int last) {
        var parts = new ArrayList<Range>(2);
        addScalars(parts, first, last);
        return new CodePoints(List.copyOf(parts));
    }

    /** Adds a range without the surrogates in it. */
    private static void addScalars(List<Range> ranges, int first, int last) {
        add(ranges, first, Math.min(last, Character.MIN_SURROGATE - 1));
        add(ranges, Math.max(first, Character.MAX_SURROGATE + 1), last);
    }

    /** The code points for which a predicate holds. */
    public static CodePoints matching(IntPredicate predicate) {
        var found = new ArrayList<CodePoints>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int first = c;
            while (c <= Character.MAX_CODE_POINT && predicate.test(c)) {
                c++;
            }
            if (c > first) {
                found.add(range(first, c - 1));
            }
        }
        return union(found);
    }

    private static void add(List<Range> ranges, int first, int last) {
        if (first <= last) {
            ranges.add(new Range(first, last));
        }
    }

    public static CodePoints union(List<CodePoints> sets) {
        var sorted = new ArrayList<Range>();
        sets.forEach(set -> sorted.addAll(set.ranges));
        sorted.sort(Comparator.comparingInt(Range::first));
        var merged = new ArrayList<Range>();
        for (Range range : sorted) {
            Range last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && range.first <= last.last + 1) {
                merged.set(merged.size() - 1, new Range(last.first, Math.max(last.last, range.last)));
            } else {
                merged.add(range);
            }
        }
        return new CodePoints(List.copyOf(merged));
    }

    public CodePoints or(CodePoints other) {
        return union(Arrays.asList(this, other));
    }

    public CodePoints complement() {
        var gaps = new ArrayList<Range>();
        int next = 0;
        for (Range range : ranges) {
            addScalars(gaps, next, range.first - 1);
            next = range.last + 1;
        }
        addScalars(gaps, next, Character.MAX_CODE_POINT);
        return new CodePoints(List.copyOf(gaps));
    }

    public CodePoints and(CodePoints other) {
        var common = new ArrayList<Range>();
        int mine = 0;
        int theirs = 0;
        while (mine < ranges.size() && theirs < other.ranges.size()) {
            Range a = ranges.get(mine);
            Range b = other.ranges.get(theirs);
            int first = Math.max(a.first, b.first);
            int last = Math.min(a.last, b.last);
            if (first <= last) {
                common.add(new Range(first, last));
            }
            if (a.last < b.last) {
                mine++;
            } else {
                theirs++;
            }
        }
        return new CodePoints(List.copyOf(common));
    }

    public CodePoints without(CodePoints other) {
        return and(other.complement());
    }

    public boolean contains(int codePoint) {
        for (Range range : ranges) {
            if (range.first <= codePoint && codePoint <= range.last) {
                return true;
            }
        }
        return false;
    }

    public boolean containsAll(CodePoints others) {
        return others.ranges.stream()
                .allMatch(part -> ranges.stream()
                        .anyMatch(range -> range.first() <= part.first() && part.last() <= range.last()));
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** The ranges in order; neighbouring ones are merged. */
    public List<Range> ranges() {
        return ranges;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints set && ranges.equals(set.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }
}
