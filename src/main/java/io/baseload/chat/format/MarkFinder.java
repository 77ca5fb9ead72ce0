package io.baseload.chat.format;

import java.util.List;
import java.util.function.IntConsumer;

/** Finds the first of several marks in a stream of chars, and releases each char once it can't belong to a mark. */
final class MarkFinder {
    static final int NONE = -1;

    private final List<String> marks;
    private final StringBuilder held = new StringBuilder();

    MarkFinder(List<String> marks) {
        this.marks = marks;
    }

    /** Returns the index of the mark that ends with this char, or {@link #NONE}. */
    int accept(char c, IntConsumer released) {
        held.append(c);
        while (!held.isEmpty() && !mayBecomeMark()) {
            released.accept(held.charAt(0));
            held.deleteCharAt(0);
        }
        int mark = marks.indexOf(held.toString());
        if (mark >= 0) {
            held.setLength(0);
        }
        return mark;
    }

    /** Releases the held chars, which did not become a mark. */
    void finish(IntConsumer released) {
        held.chars().forEach(released);
        held.setLength(0);
    }

    int held() {
        return held.length();
    }

    private boolean mayBecomeMark() {
        return marks.stream().anyMatch(mark -> mark.length() >= held.length() && startsWithHeld(mark));
    }

    private boolean startsWithHeld(String mark) {
        for (int i = 0; i < held.length(); i++) {
            if (mark.charAt(i) != held.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
