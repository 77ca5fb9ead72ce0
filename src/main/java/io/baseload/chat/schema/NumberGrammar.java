package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.RegularPart;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The languages of numbers. Without bounds, integers have at most 18 digits, and other numbers 18 before the point, 16 after it and two in the exponent. */
final class NumberGrammar {
    private static final Expr DIGIT = new Expr.Chars(CodePoints.range('0', '9'));
    private static final Expr FIRST = new Expr.Chars(CodePoints.range('1', '9'));
    private static final List<String> BOUNDS = List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");
    private static final int MAX_WHOLE_DIGITS = 18;

    /** Readers that use doubles can't decide whether a longer number is a multiple. */
    private static final int MAX_EXACT_DIGITS = 15;

    /** The most digits of a number in a schema, and the greatest exponent. */
    static final int MAX_DIGITS = 40;

    /** The most digits before or after the point of such a number without exponent. */
    private static final int MAX_GIVEN_DIGITS = 2 * MAX_DIGITS;

    private static final int MAX_FRACTION_DIGITS = 16;
    private static final int MAX_MULTIPLE_DIGITS = 12;

    static final Expr ANY = Expr.sequence(
            Expr.optional(Expr.text("-")),
            whole(MAX_WHOLE_DIGITS),
            Expr.optional(fraction(MAX_FRACTION_DIGITS)),
            Expr.optional(Expr.sequence(
                    new Expr.Chars(CodePoints.of("eE")),
                    Expr.optional(new Expr.Chars(CodePoints.of("+-"))),
                    new Expr.Repeat(DIGIT, 1, 2))));

    private NumberGrammar() {}

    /**
     * @param integer whether only integers are allowed
     * @param given whether it is for reading numbers that a schema gives, which may be longer, rather than for writing
     */
    static Expr of(Conjunction all, boolean integer, boolean given, Effort effort) {
        List<ByteAutomaton.Part> limits = new ArrayList<>();
        Expr base = base(all, integer, given, limits);
        if (limits.isEmpty()) {
            return integer || given ? base : ANY;
        }
        return new Expr.Bytes(ByteAutomaton.intersection(with(base, limits, effort), effort));
    }

    /** The limits of each part that has some: equal ones describe the same numbers. */
    static List<Object> key(Conjunction all, boolean integer) {
        List<Object> key = new ArrayList<>(List.of(integer));
        for (Subschema part : all.parts()) {
            List<Object> limits = new ArrayList<>(range(part));
            for (String keyword : BOUNDS) {
                part.find(keyword)
                        .ifPresent(bound -> limits.addAll(List.of(keyword, literal(bound), inclusive(part, keyword))));
            }
            part.find("multipleOf").ifPresent(value -> limits.addAll(List.of("multipleOf", literal(value))));
            excludedMultiple(part).ifPresent(value -> limits.addAll(List.of("not", literal(value))));
            if (!limits.isEmpty()) {
                key.add(limits);
            }
        }
        return key;
    }

    /** A number; of other values, which no language is made of, only their kind, because their size isn't limited. */
    private static Object literal(JsonNode value) {
        return value.isNumber() ? value : value.getNodeType();
    }

    private static Optional<JsonNode> excludedMultiple(Subschema part) {
        return part.find("not").map(not -> not.get("multipleOf"));
    }

    private static List<BigDecimal> range(Subschema part) {
        return Formats.range(part.find("format").map(name -> name.asString("")).orElse(""));
    }

    /** Whether no number, however long, satisfies both, even if a validator ignores the others' formats; {@code integer} if only integers can. */
    static boolean disjoint(Conjunction some, Conjunction others, boolean integer, Effort effort) {
        List<ByteAutomaton.Part> limits = new ArrayList<>();
        int digits = MAX_WHOLE_DIGITS;
        for (Conjunction all : List.of(some, others.without("format"))) {
            for (Subschema part : all.parts()) {
                digits = Math.max(digits, bounds(part, limits));
                part.find("multipleOf").ifPresent(value -> limits.add(multiple(part, value)));
            }
        }
        // with this many digits, a multiple between any two bounds is found if there is one
        Expr base = decimals(integer ? 0 : MAX_DIGITS + MAX_MULTIPLE_DIGITS, digits + MAX_MULTIPLE_DIGITS);
        return ByteAutomaton.disjoint(with(base, limits, effort), effort);
    }

    private static List<ByteAutomaton.Part> with(Expr base, List<ByteAutomaton.Part> limits, Effort effort) {
        List<ByteAutomaton.Part> parts = new ArrayList<>(limits);
        parts.addFirst(RegularPart.of(base, CodePoints.ALL, effort));
        return parts;
    }

    /** Numbers without exponent, with as many digits as the limits need; adds the limits. */
    private static Expr base(Conjunction all, boolean integer, boolean given, List<ByteAutomaton.Part> limits) {
        List<Multiple> multiples = new ArrayList<>();
        int bounded = 0;
        for (Subschema part : all.parts()) {
            bounded = Math.max(bounded, bounds(part, limits));
            part.find("multipleOf").ifPresent(value -> multiples.add(multiple(part, value)));
            excludedMultiple(part)
                    .ifPresent(value -> multiples.add(multiple(part, value).not()));
        }
        int usual = given ? MAX_GIVEN_DIGITS : MAX_WHOLE_DIGITS;
        int digits = Math.max(bounded, multiples.isEmpty() ? usual : MAX_EXACT_DIGITS);
        limits.addAll(multiples);
        boolean whole =
                integer || digits > MAX_EXACT_DIGITS && multiples.stream().anyMatch(Multiple::isNegated);
        int scale = multiples.stream()
                .mapToInt(Multiple::scale)
                .min()
                .orElse(given ? MAX_GIVEN_DIGITS : MAX_FRACTION_DIGITS);
        return decimals(whole ? 0 : scale, digits);
    }

    /** Adds the bounds; returns the digits of the longest. */
    private static int bounds(Subschema schema, List<ByteAutomaton.Part> parts) {
        int digits = 0;
        for (String keyword : BOUNDS) {
            JsonNode value = schema.find(keyword).orElse(null);
            if (value == null || value.isBoolean() && keyword.startsWith("exclusive")) {
                continue;
            }
            BigDecimal bound = bound(schema, keyword, value);
            parts.add(new DecimalBound(bound, keyword.endsWith("aximum"), inclusive(schema, keyword)));
            digits = Math.max(digits, bound.precision() - bound.scale());
        }
        List<BigDecimal> range = range(schema);
        if (!range.isEmpty()) {
            parts.add(new DecimalBound(range.getFirst(), false, true));
            parts.add(new DecimalBound(range.getLast(), true, true));
        }
        return digits;
    }

    /** In draft 4, and in OpenAPI 3.0, {@code exclusiveMinimum: true} makes {@code minimum} exclusive. */
    private static boolean inclusive(Subschema schema, String keyword) {
        return keyword.startsWith("m") && !Keywords.isTrue(schema.node().get("exclusiveM" + keyword.substring(1)));
    }

    private static BigDecimal bound(Subschema schema, String keyword, JsonNode value) {
        if (!value.isNumber()) {
            throw schema.wrong(keyword, "a number");
        }
        BigDecimal bound = value.decimalValue();
        if (isLong(bound)) {
            throw schema.wrong(keyword, "a number of at most " + MAX_DIGITS + " digits");
        }
        return bound;
    }

    /** Whether a number is too long to be useful, or too expensive to compute with. */
    static boolean isLong(BigDecimal number) {
        return Math.abs(number.scale()) > MAX_DIGITS || number.precision() > MAX_DIGITS;
    }

    /** A byte above {@code b} up to which all bytes mean the same in numbers without exponent: each digit, the sign and the point are different. */
    static int cutAfter(int b) {
        return b < '-' ? '-' : b <= '9' ? b + 1 : 256;
    }

    private static Multiple multiple(Subschema schema, JsonNode value) {
        boolean fits = value.isNumber()
                && value.decimalValue().signum() > 0
                && Math.abs(value.decimalValue().scale()) <= MAX_MULTIPLE_DIGITS
                && value.decimalValue().precision() <= MAX_MULTIPLE_DIGITS;
        if (!fits) {
            throw schema.wrong("multipleOf", "a number above 0 of at most " + MAX_MULTIPLE_DIGITS + " digits");
        }
        return new Multiple(value.decimalValue());
    }

    /** Numbers without exponent. Without digits after the point, −0 is excluded too. */
    private static Expr decimals(int scale, int digits) {
        if (scale == 0) {
            return Expr.choice(
                    Expr.text("0"),
                    Expr.sequence(Expr.optional(Expr.text("-")), FIRST, new Expr.Repeat(DIGIT, 0, digits - 1)));
        }
        return Expr.sequence(Expr.optional(Expr.text("-")), whole(digits), Expr.optional(fraction(scale)));
    }

    private static Expr whole(int digits) {
        return Expr.choice(Expr.text("0"), Expr.sequence(FIRST, new Expr.Repeat(DIGIT, 0, digits - 1)));
    }

    private static Expr fraction(int digits) {
        return Expr.sequence(Expr.text("."), new Expr.Repeat(DIGIT, 1, digits));
    }
}
