package io.baseload.chat.python;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Converts values to text in Python's forms. */
public final class Printer {
    private final Budget budget;

    Printer(Budget budget) {
        this.budget = budget;
    }

    /** Python's {@code str}. */
    public String str(PythonValue value) {
        if (value instanceof PythonValue.Text t) {
            return t.value();
        }
        StringBuilder out = new StringBuilder();
        write(value, out, false);
        return out.toString();
    }

    /** Python's {@code repr}. */
    public String repr(PythonValue value) {
        StringBuilder out = new StringBuilder();
        write(value, out, true);
        return out.toString();
    }

    /** Python's {@code ascii}. */
    String ascii(PythonValue value) {
        StringBuilder out = new StringBuilder();
        repr(value).codePoints().forEach(c -> {
            if (c < 0x80) {
                out.appendCodePoint(c);
            } else {
                escape(c, out);
            }
        });
        return out.toString();
    }

    private void write(PythonValue value, StringBuilder out, boolean quoted) {
        budget.enter();
        int before = out.length();
        switch (value) {
            case PythonValue.Undefined u -> out.append(quoted ? "Undefined" : "");
            case PythonValue.None n -> out.append("None");
            case PythonValue.Bool b -> out.append(b.value() ? "True" : "False");
            case PythonValue.Int i -> out.append(i.value());
            case PythonValue.Real r -> out.append(PythonNumbers.repr(r.value()));
            case PythonValue.Text t -> {
                out.append(t.markup() ? "Markup(" : "");
                quote(t.value(), out);
                out.append(t.markup() ? ")" : "");
            }
            case PythonValue.Sequence s -> sequence(s, out);
            case PythonValue.Dict d -> join("{", "}", d.entries().values(), out, e -> entry(e, out));
            case PythonValue.Namespace n ->
                join("<Namespace {", "}>", n.members().entrySet(), out, e -> {
                    quote(e.getKey(), out);
                    write(e.getValue(), out.append(": "), true);
                });
            case PythonValue.Generator g -> out.append('<').append(g.type()).append(" object>");
            case PythonValue.Opaque o -> out.append(o.text().get());
            case PythonValue.Function f -> out.append(f.text());
        }
        budget.characters(out.length() - before);
        budget.leave();
    }

    private void sequence(PythonValue.Sequence sequence, StringBuilder out) {
        List<PythonValue> items = sequence.items();
        Consumer<PythonValue> item = i -> write(i, out, true);
        switch (sequence.form()) {
            case LIST -> join("[", "]", items, out, item);
            case TUPLE, GROUP -> join("(", items.size() == 1 ? ",)" : ")", items, out, item);
            case RANGE -> out.append(range(items));
            default -> join(sequence.type() + "([", "])", items, out, item);
        }
    }

    /** The printed end is the next number, because the original argument isn't kept. */
    private static String range(List<PythonValue> items) {
        BigInteger first = items.isEmpty()
                ? BigInteger.ZERO
                : PythonNumbers.integer(items.getFirst()).orElseThrow();
        BigInteger last =
                items.isEmpty() ? first : PythonNumbers.integer(items.getLast()).orElseThrow();
        BigInteger step = items.size() < 2
                ? BigInteger.ONE
                : PythonNumbers.integer(items.get(1)).orElseThrow().subtract(first);
        BigInteger end = items.isEmpty() ? first : last.add(step);
        return "range(" + first + ", " + end + (step.equals(BigInteger.ONE) ? "" : ", " + step) + ")";
    }

    private void entry(PythonValue.Dict.Entry entry, StringBuilder out) {
        write(entry.key(), out, true);
        write(entry.value(), out.append(": "), true);
    }

    private static <T> void join(String open, String close, Iterable<T> items, StringBuilder out, Consumer<T> item) {
        out.append(open);
        for (Iterator<T> i = items.iterator(); i.hasNext(); ) {
            item.accept(i.next());
            out.append(i.hasNext() ? ", " : "");
        }
        out.append(close);
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> character(c, quote, out));
        out.append(quote);
    }

    private static void character(int c, char quote, StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\\' -> out.append("\\\\");
            default -> {
                if (c == quote) {
                    out.append('\\').append(quote);
                } else if (printable(c)) {
                    out.appendCodePoint(c);
                } else {
                    escape(c, out);
                }
            }
        }
    }

    private static void escape(int c, StringBuilder out) {
        int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
        out.append(digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U")
                .append(HexFormat.of().toHexDigits(c, digits));
    }

    static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
