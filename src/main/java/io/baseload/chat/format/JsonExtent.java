package io.baseload.chat.format;

/** Finds the end of a JSON value, char by char. Does not check it: a model's output is passed on unchanged. */
final class JsonExtent {
    enum At {
        INSIDE,
        /** This char is the value's last. */
        LAST,
        /** This char comes after the value, which is a number or a word. */
        AFTER
    }

    private int depth;
    private boolean string;
    private boolean escaped;
    private boolean begun;

    At accept(char c) {
        boolean first = !begun;
        begun = true;
        if (string) {
            return inString(c);
        }
        return switch (c) {
            case '"' -> {
                string = true;
                yield At.INSIDE;
            }
            case '{', '[' -> {
                depth++;
                yield At.INSIDE;
            }
            case '}', ']' -> close();
            case ',', ' ', '\n', '\r', '\t' -> depth == 0 && !first ? At.AFTER : At.INSIDE;
            default -> At.INSIDE;
        };
    }

    private At inString(char c) {
        boolean ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        string = !ends;
        return ends && depth == 0 ? At.LAST : At.INSIDE;
    }

    private At close() {
        if (depth == 0) {
            return At.AFTER;
        }
        depth--;
        return depth == 0 ? At.LAST : At.INSIDE;
    }
}
