package io.baseload.chat.python;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The {@code tojson} filter as in transformers: Python's {@code json.dumps} without HTML escapes. */
public final class PythonJson {
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();
    private final boolean ascii;
    private final boolean sorted;
    /** Whether each element is on a separate line. */
    private final boolean lines;

    /** The indentation of one level. */
    private final String indent;

    private final String itemSeparator;
    private final String keySeparator;

    private PythonJson(Budget budget, Arguments arguments) {
        this.budget = budget;
        ascii = arguments.flag(0, "ensure_ascii", false);
        Optional<PythonValue> given = arguments.find(1, "indent").filter(i -> i != PythonValue.None.NONE);
        lines = given.isPresent();
        indent = given.map(PythonJson::blanks).orElse("");
        List<PythonValue> separators = arguments
                .find(2, "separators")
                .filter(PythonValue.Sequence.class::isInstance)
                .map(s -> ((PythonValue.Sequence) s).items())
                .filter(s -> s.size() == 2)
                .orElse(List.of());
        itemSeparator = separators.isEmpty() ? lines ? "," : ", " : Texts.require(separators.get(0));
        keySeparator = separators.isEmpty() ? ": " : Texts.require(separators.get(1));
        sorted = arguments.flag(3, "sort_keys", false);
    }

    public static String of(PythonValue value, Arguments arguments, Budget budget) {
        PythonJson json = new PythonJson(budget, arguments);
        json.write(value, "\n");
        return json.out.toString();
    }

    private static String blanks(PythonValue indent) {
        return indent instanceof PythonValue.Text text
                ? text.value()
                : " ".repeat(Math.clamp(PythonNumbers.index(indent), 0, 100));
    }

    private void write(PythonValue value, String newline) {
        budget.enter();
        int before = out.length();
        switch (value) {
            case PythonValue.None n -> out.append("null");
            case PythonValue.Bool b -> out.append(b.value());
            case PythonValue.Int i -> out.append(i.value());
            case PythonValue.Real r -> out.append(real(r.value()));
            case PythonValue.Text t -> string(t.value());
            case PythonValue.Sequence s when s.isListOrTuple() -> list(s.items(), newline);
            case PythonValue.Dict d -> dict(d, newline);
            default -> throw new TemplateException("Object of type " + value.type() + " is not JSON serializable");
        }
        budget.characters(out.length() - before);
        budget.leave();
    }

    private static String real(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? value > 0 ? "Infinity" : "-Infinity" : PythonNumbers.repr(value);
    }

    private void list(List<PythonValue> items, String newline) {
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            separate(i, newline + indent);
            write(items.get(i), newline + indent);
        }
        close(items.isEmpty(), newline, ']');
    }

    private void dict(PythonValue.Dict dict, String newline) {
        List<PythonValue.Dict.Entry> entries = new ArrayList<>(dict.entries().values());
        if (sorted) {
            entries.sort(Comparator.comparing((PythonValue.Dict.Entry e) -> key(e.key()), Texts::compare));
        }
        out.append('{');
        for (int i = 0; i < entries.size(); i++) {
            separate(i, newline + indent);
            string(key(entries.get(i).key()));
            out.append(keySeparator);
            write(entries.get(i).value(), newline + indent);
        }
        close(entries.isEmpty(), newline, '}');
    }

    private void separate(int index, String newline) {
        budget.block((long) itemSeparator.length() + keySeparator.length() + newline.length());
        out.append(index > 0 ? itemSeparator : "").append(lines ? newline : "");
    }

    private void close(boolean empty, String newline, char bracket) {
        out.append(empty || !lines ? "" : newline).append(bracket);
    }

    private static String key(PythonValue key) {
        return switch (key) {
            case PythonValue.Text t -> t.value();
            case PythonValue.None n -> "null";
            case PythonValue.Bool b -> String.valueOf(b.value());
            case PythonValue.Int i -> i.value().toString();
            case PythonValue.Real r -> real(r.value());
            default -> throw new TemplateException("keys must be str, int, float, bool or None, not " + key.type());
        };
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            character(text.charAt(i));
        }
        out.append('"');
    }

    private void character(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            default -> {
                if (c < ' ' || ascii && c > '~') {
                    out.append("\\u").append(HexFormat.of().toHexDigits(c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
