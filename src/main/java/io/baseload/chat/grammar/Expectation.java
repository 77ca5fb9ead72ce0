package io.baseload.chat.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Describes in words what may come next. */
final class Expectation {
    private static final int MAX_PARTS = 12;

    private final Reader reader;

    Expectation(Reader reader) {
        this.reader = reader;
    }

    /** @param longest the most bytes of text to quote if only one text may come */
    String describe(Stacks at, int longest) {
        List<String> parts = new ArrayList<>();
        if (at.mayEnd) {
            parts.add("the end");
        }
        int first = nextByte(at, 0);
        while (first < 256 && parts.size() < MAX_PARTS) {
            int last = first;
            while (last + 1 < 256 && !reader.step(at, last + 1).isEmpty() && last < 0x7F) {
                last++;
            }
            if (first >= 0x80) {
                parts.add("a character beyond ASCII");
                break;
            }
            parts.add(first == last ? quoted(at, first, longest) : quoted(first) + " to " + quoted(last));
            first = nextByte(at, last + 1);
        }
        return String.join(", ", parts);
    }

    private int nextByte(Stacks at, int from) {
        int b = from;
        while (b < 256 && reader.step(at, b).isEmpty()) {
            b++;
        }
        return b;
    }

    /** The byte, and the text that must follow it. */
    private String quoted(Stacks at, int first, int longest) {
        var text = new ByteArrayOutputStream();
        Stacks next = at;
        int b = first;
        do {
            text.write(b);
            next = reader.step(next, b);
            b = nextByte(next, 0);
        } while (text.size() < longest && !next.mayEnd && b < 256 && nextByte(next, b + 1) == 256);
        return "'" + printable(text.toString(StandardCharsets.UTF_8)) + "'";
    }

    private static String quoted(int b) {
        return "'" + printable(Character.toString(b)) + "'";
    }

    private static String printable(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' || c == 0x7F ? String.format("\\x%02X", c) : Character.toString(c));
            }
        });
        return out.toString();
    }
}
