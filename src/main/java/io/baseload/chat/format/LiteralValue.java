package io.baseload.chat.format;

import io.baseload.chat.grammar.JsonText;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Converts a literal to JSON while it is read: Python's or JSON's strings, numbers, words, lists, tuples and dicts, whose names may lack quotation marks. A word without a meaning is a text.
 * If a literal breaks off, the part that was read is closed.
 */
final class LiteralValue implements ParameterReader {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Map<String, String> WORDS =
            Map.of("True", "true", "False", "false", "None", "null", "true", "true", "false", "false", "null", "null");
    private static final String OPENERS = "[({";
    private static final String CLOSERS = "])}";

    private enum At {
        /** Before a value, or before the name of a dict's member. */
        VALUE,
        STRING,
        /** Within a text without quotation marks. */
        RAW,
        WORD,
        /** After a value inside another. */
        AFTER
    }

    private final String openText;
    private final MarkFinder closeText;
    private final Consumer<String> out;
    private final Deque<Character> open = new ArrayDeque<>();
    private final StringBuilder word = new StringBuilder();
    private At at = At.VALUE;
    private StringDecoder string = StringDecoder.python('"');
    /** Whether the current or last item is the name of a member. */
    private boolean name;

    private boolean empty = true;
    private boolean clean = true;

    /**
     * @param openText the mark before verbatim texts; may be empty
     * @param closeText the mark that ends them
     */
    LiteralValue(String openText, String closeText, Consumer<String> out) {
        this.openText = openText;
        this.closeText = new MarkFinder(List.of(closeText));
        this.out = out;
    }

    /** Converts a text that is exactly one literal to JSON. */
    static Optional<String> json(String text) {
        var json = new StringBuilder();
        var literal = new LiteralValue("", "", json::append);
        for (int i = 0; i < text.length(); i++) {
            if (literal.accept(text.charAt(i)) != JsonExtent.At.INSIDE) {
                return literal.clean && i == text.length() - 1 ? Optional.of(json.toString()) : Optional.empty();
            }
        }
        boolean ended = literal.at == At.WORD && literal.open.isEmpty();
        literal.end();
        return ended && literal.clean ? Optional.of(json.toString()) : Optional.empty();
    }

    @Override
    public JsonExtent.At accept(char c) {
        return switch (at) {
            case VALUE -> Character.isWhitespace(c) ? JsonExtent.At.INSIDE : begin(c);
            case STRING -> string.accept(c, this::write) ? ended() : JsonExtent.At.INSIDE;
            case RAW -> closeText.accept(c, this::write) == MarkFinder.NONE ? JsonExtent.At.INSIDE : ended();
            case WORD -> word(c);
            case AFTER -> Character.isWhitespace(c) ? JsonExtent.At.INSIDE : after(c);
        };
    }

    private void write(int c) {
        out.accept(JsonText.escape(String.valueOf((char) c)));
    }

    private JsonExtent.At begin(char c) {
        if (closes(c)) {
            return close();
        }
        int opener = OPENERS.indexOf(c);
        if (opener >= 0 && name || CLOSERS.indexOf(c) >= 0 || c == ',' || c == ':') {
            return broken();
        }
        comma();
        if (opener >= 0) {
            open.push(CLOSERS.charAt(opener));
            out.accept(c == '{' ? "{" : "[");
            empty = true;
            name = c == '{';
        } else if (c == '"' || c == '\'') {
            string = StringDecoder.python(c);
            at = At.STRING;
            out.accept("\"");
        } else {
            at = At.WORD;
            return word(c);
        }
        return JsonExtent.At.INSIDE;
    }

    /** Writes a comma; called once it is known that something follows. */
    private void comma() {
        if (!empty && (name || !inDict())) {
            out.accept(", ");
        }
        empty = false;
    }

    private boolean inDict() {
        return !open.isEmpty() && open.peek() == '}';
    }

    private boolean closes(char c) {
        return !open.isEmpty() && open.peek() == c && (!inDict() || name);
    }

    private JsonExtent.At close() {
        out.accept(open.pop() == '}' ? "}" : "]");
        name = false;
        empty = false;
        return ended();
    }

    private JsonExtent.At word(char c) {
        boolean delimits = Character.isWhitespace(c) || c == ',' || CLOSERS.indexOf(c) >= 0 || name && c == ':';
        if (delimits) {
            endWord();
            if (open.isEmpty()) {
                return JsonExtent.At.AFTER;
            }
            at = At.AFTER;
            return accept(c);
        }
        word.append(c);
        if (!openText.isEmpty() && word.toString().equals(openText)) {
            word.setLength(0);
            at = At.RAW;
            out.accept("\"");
        }
        return JsonExtent.At.INSIDE;
    }

    private void endWord() {
        String text = word.toString();
        word.setLength(0);
        boolean literal = WORDS.containsKey(text) || NUMBER.matcher(text).matches();
        clean &= literal || name;
        out.accept(literal && !name ? WORDS.getOrDefault(text, text) : "\"" + JsonText.escape(text) + "\"");
    }

    /** Called when a value or a name is complete. */
    private JsonExtent.At ended() {
        if (at == At.STRING || at == At.RAW) {
            out.accept("\"");
        }
        at = At.AFTER;
        return open.isEmpty() ? JsonExtent.At.LAST : JsonExtent.At.INSIDE;
    }

    private JsonExtent.At after(char c) {
        if (name && c == ':') {
            out.accept(": ");
            name = false;
            at = At.VALUE;
        } else if (!name && c == ',') {
            name = inDict();
            at = At.VALUE;
        } else if (!name && !open.isEmpty() && open.peek() == c) {
            return close();
        } else {
            return broken();
        }
        return JsonExtent.At.INSIDE;
    }

    private JsonExtent.At broken() {
        end();
        return JsonExtent.At.AFTER;
    }

    @Override
    public void end() {
        clean &= open.isEmpty() && at == At.WORD;
        switch (at) {
            case STRING -> out.accept("\"");
            case RAW -> {
                closeText.finish(this::write);
                out.accept("\"");
            }
            case WORD -> endWord();
            case VALUE, AFTER -> {}
        }
        boolean read = at != At.VALUE;
        if (name && read) {
            out.accept(": null");
        } else if (!name && !read && (open.isEmpty() || inDict())) {
            out.accept("null");
        }
        while (!open.isEmpty()) {
            out.accept(open.pop() == '}' ? "}" : "]");
        }
    }

    @Override
    public int held() {
        return word.length() + closeText.held();
    }
}
