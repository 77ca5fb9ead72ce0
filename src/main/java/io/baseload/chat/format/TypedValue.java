package io.baseload.chat.format;

import io.baseload.chat.grammar.JsonText;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A value of any type, up to one of some marks. Its type is known when it is complete: a literal of an allowed type is that value, anything else is a text. Marks inside JSON strings don't
 * count.
 */
final class TypedValue implements ParameterReader {
    private final List<String> ends;
    private final List<String> lines;
    private final Set<String> types;
    private final Consumer<String> out;
    private final StringBuilder text = new StringBuilder();
    private boolean begun;
    private boolean json;
    private boolean inString;
    private boolean escaped;
    private String rest = "";
    /** The place of the first mark inside a string: if the string has no end, it isn't a string, and the mark counts. */
    private int cut = -1;

    private int cutEnd;

    /**
     * @param ends the marks; if one is the end of another, the longer one comes first
     * @param lines beginnings of lines that end it too, but don't belong to it
     */
    TypedValue(List<String> ends, List<String> lines, Set<String> types, Consumer<String> out) {
        this.ends = ends;
        this.lines = lines;
        this.types = types;
        this.out = out;
    }

    @Override
    public JsonExtent.At accept(char c) {
        text.append(c);
        if (!begun && !Character.isWhitespace(c)) {
            begun = true;
            json = "{[\"".indexOf(c) >= 0;
        }
        quote(c);
        for (String end : ends) {
            int at = place(end);
            if (at >= 0 && ended(at, text.length())) {
                return JsonExtent.At.LAST;
            }
        }
        for (String line : lines) {
            int at = place(line);
            if (at >= 0 && ended(at, at)) {
                rest = line;
                return JsonExtent.At.AFTER;
            }
        }
        return JsonExtent.At.INSIDE;
    }

    /** Where a mark begins with which the text ends, or a negative number. */
    private int place(String mark) {
        int at = text.length() - mark.length();
        return at >= 0 && text.indexOf(mark, at) == at ? at : -1;
    }

    @Override
    public String rest(char last) {
        return rest;
    }

    private void quote(char c) {
        if (json && c == '"' && !escaped) {
            inString = !inString;
        }
        escaped = inString && c == '\\' && !escaped;
    }

    private boolean ended(int at, int end) {
        if (!inString) {
            write(text.substring(0, at));
        } else if (cut < 0) {
            cut = at;
            cutEnd = end;
        }
        return !inString;
    }

    private void write(String value) {
        String literal = value.strip();
        out.accept(LiteralValue.json(literal).filter(this::isAllowed).orElse("\"" + JsonText.escape(value) + "\""));
    }

    /** If a text isn't allowed, any literal is accepted as such. */
    private boolean isAllowed(String literal) {
        return !types.contains("string")
                || switch (literal.charAt(0)) {
                    case '{' -> types.contains("object");
                    case '[' -> types.contains("array");
                    case '"' -> true;
                    case 't', 'f' -> types.contains("boolean");
                    case 'n' -> types.contains("null");
                    default -> types.contains("number") || types.contains("integer") && isInteger(literal);
                };
    }

    private static boolean isInteger(String number) {
        return number.chars().noneMatch(c -> ".eE".indexOf(c) >= 0);
    }

    @Override
    public void end() {
        write(text.toString());
        text.setLength(0);
    }

    @Override
    public Optional<String> overrun() {
        if (cut < 0) {
            return Optional.empty();
        }
        write(text.substring(0, cut));
        return Optional.of(text.substring(cutEnd));
    }

    @Override
    public int held() {
        return text.length();
    }
}
