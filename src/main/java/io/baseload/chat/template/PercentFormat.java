package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '%s' % value}: conversions s, r, d, i, f, x, with flags, width and precision. */
final class PercentFormat {
    private static final Pattern CONVERSION =
            Pattern.compile("%([-0+ ]*)(\\d{0,9})(?:\\.(\\d{0,4}))?(.)", Pattern.DOTALL);

    private PercentFormat() {}

    static String format(String format, List<Value> values, Rendering rendering) {
        Iterator<Value> next = values.iterator();
        StringBuilder out = new StringBuilder();
        Matcher found = CONVERSION.matcher(format);
        int from = 0;
        while (found.find()) {
            out.append(format, from, found.start());
            out.append(found.group(4).equals("%") ? "%" : pad(found, convert(found, next, rendering), rendering));
            from = found.end();
        }
        if (next.hasNext()) {
            throw new TemplateException("not all arguments converted during string formatting");
        }
        return out.append(format, from, format.length()).toString();
    }

    private static String convert(Matcher found, Iterator<Value> next, Rendering rendering) {
        if (!next.hasNext()) {
            throw new TemplateException("not enough arguments for format string");
        }
        Value value = next.next();
        String precision = found.group(3);
        return switch (found.group(4)) {
            case "s" -> cut(rendering.printer.str(value), precision);
            case "r" -> cut(rendering.printer.repr(value), precision);
            case "d", "i" -> signed(found, whole(value).toString());
            case "x" -> signed(found, whole(value).toString(16));
            case "f" ->
                signed(
                        found,
                        fixed(
                                Numbers.real(value),
                                precision == null || precision.isEmpty() ? 6 : Integer.parseInt(precision)));
            default -> throw new TemplateException("unsupported format character '" + found.group(4) + "'");
        };
    }

    private static java.math.BigInteger whole(Value value) {
        return value instanceof Value.Real r
                ? new BigDecimal(r.value()).toBigInteger()
                : Numbers.integer(value)
                        .orElseThrow(() ->
                                new TemplateException("%d format: a real number is required, not " + value.type()));
    }

    static String fixed(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Numbers.repr(value);
        }
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String cut(String text, @org.jspecify.annotations.Nullable String precision) {
        int limit = precision == null ? Integer.MAX_VALUE : precision.isEmpty() ? 0 : Integer.parseInt(precision);
        return text.codePointCount(0, text.length()) <= limit
                ? text
                : text.substring(0, text.offsetByCodePoints(0, limit));
    }

    private static String signed(Matcher found, String digits) {
        String sign = found.group(1).contains("+") ? "+" : found.group(1).contains(" ") ? " " : "";
        return digits.startsWith("-") ? digits : sign + digits;
    }

    private static String pad(Matcher found, String text, Rendering rendering) {
        int width = found.group(2).isEmpty() ? 0 : Integer.parseInt(found.group(2));
        int missing = Math.max(0, width - text.codePointCount(0, text.length()));
        rendering.budget.spend(missing);
        if (found.group(1).contains("-")) {
            return text + " ".repeat(missing);
        }
        boolean zeros = found.group(1).contains("0") && "dixf".contains(found.group(4));
        int sign = zeros && !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
        return zeros
                ? text.substring(0, sign) + "0".repeat(missing) + text.substring(sign)
                : " ".repeat(missing) + text;
    }
}
