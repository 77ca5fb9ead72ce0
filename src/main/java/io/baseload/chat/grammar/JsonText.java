package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Characters in JSON strings (RFC 8259). In a given language, a character has exactly one form: itself, a short escape, or {@code \}{@code u00XX} for the other controls. In strings without
 * restrictions, all forms are allowed.
 */
public final class JsonText {
    private static final String ESCAPED = "\"\\\b\f\n\r\t";
    private static final String LETTERS = "\"\\bfnrt";
    private static final HexFormat CONTROLS = HexFormat.of();
    private static final CodePoints HEX = CodePoints.of("0123456789abcdefABCDEF");

    /** Characters that need no escape. */
    public static final CodePoints PLAIN =
            CodePoints.range(' ', Character.MAX_CODE_POINT).without(CodePoints.of("\"\\"));

    /** One character of a string, in any form. */
    public static final Expr ANY_CHARACTER = anyCharacter();

    private JsonText() {}

    private static Expr anyCharacter() {
        Expr hex = new Expr.Chars(HEX);
        Expr notSurrogate = Expr.choice(
                Expr.sequence(new Expr.Chars(HEX.without(CodePoints.of("dD"))), hex, hex, hex),
                Expr.sequence(
                        new Expr.Chars(CodePoints.of("dD")), new Expr.Chars(CodePoints.range('0', '7')), hex, hex));
        Expr pair = Expr.sequence(
                new Expr.Chars(CodePoints.of("dD")),
                new Expr.Chars(CodePoints.of("89abAB")),
                hex,
                hex,
                Expr.text("\\u"),
                new Expr.Chars(CodePoints.of("dD")),
                new Expr.Chars(CodePoints.of("cdefCDEF")),
                hex,
                hex);
        Expr escape = Expr.choice(
                new Expr.Chars(CodePoints.of("/" + LETTERS)),
                Expr.sequence(Expr.text("u"), Expr.choice(notSurrogate, pair)));
        return Expr.choice(new Expr.Chars(PLAIN), Expr.sequence(Expr.text("\\"), escape));
    }

    /** A text as the content of a string. */
    public static String escape(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> out.append(escape(c)));
        return out.toString();
    }

    private static String escape(int c) {
        int at = ESCAPED.indexOf(c);
        if (at >= 0) {
            return "\\" + LETTERS.charAt(at);
        }
        return c < ' ' ? "\\u00" + CONTROLS.toHexDigits((byte) c) : Character.toString(c);
    }

    /** The same language with its characters as the content of a string. */
    public static Expr encode(Expr expr) {
        return switch (expr) {
            case Expr.Chars chars -> encode(chars.set());
            case Expr.Text text -> Expr.text(escape(text.text()));
            case Expr.Sequence sequence -> new Expr.Sequence(encode(sequence.parts()));
            case Expr.Choice choice -> new Expr.Choice(encode(choice.options()));
            case Expr.Repeat repeat -> new Expr.Repeat(encode(repeat.body()), repeat.min(), repeat.max());
            case Expr.Intersection both -> new Expr.Intersection(encode(both.all()), encode(both.none()));
            case Expr.Unordered unordered -> throw new IllegalArgumentException("parts of a value are not characters");
            case Expr.AnyBeginning any -> new Expr.AnyBeginning(encode(any.body()));
            case Expr.Rule rule -> throw new IllegalArgumentException("a rule has no form of its own");
            case Expr.Bytes bytes -> throw new IllegalArgumentException("bytes have their form already");
            case Expr.Token token -> throw new IllegalArgumentException("a token has no form of its own");
        };
    }

    private static List<Expr> encode(List<Expr> all) {
        return all.stream().map(JsonText::encode).toList();
    }

    private static Expr encode(CodePoints set) {
        CodePoints direct = set.and(PLAIN);
        List<Expr> options = new ArrayList<>();
        if (!direct.isEmpty()) {
            options.add(new Expr.Chars(direct));
        }
        for (CodePoints.Range range : set.without(PLAIN).ranges()) {
            for (int c = range.first(); c <= range.last(); c++) {
                options.add(Expr.text(escape(c)));
            }
        }
        return options.size() == 1 ? options.getFirst() : new Expr.Choice(options);
    }
}
