package io.baseload.chat.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '%s' % value}: conversions {@code s r a c d i u o x X e E f F g G}, with names, flags, width and precision. */
public final class PercentFormat {
    private static final Pattern CONVERSION = Pattern.compile(
            "%(?:\\(([^()]*)\\))?([-0+ #]*)(\\d{0,9}|\\*)(?:\\.(\\d{0,4}|\\*))?[hlL]?(.)?", Pattern.DOTALL);

    private final PythonValue values;
    private final Iterator<PythonValue> next;
    private final Rendering rendering;

    private PercentFormat(PythonValue values, Rendering rendering) {
        this.values = values;
        this.next = values instanceof PythonValue.Sequence s && s.form() == PythonValue.Sequence.Form.TUPLE
                ? s.items().iterator()
                : List.of(values).iterator();
        this.rendering = rendering;
    }

    /** @param values a tuple; or a dict, for names; or one value */
    public static String format(String format, PythonValue values, Rendering rendering) {
        rendering.budget.characters(format.length());
        return new PercentFormat(values, rendering).format(format);
    }

    private String format(String format) {
        StringBuilder out = new StringBuilder();
        Matcher found = CONVERSION.matcher(format);
        int from = 0;
        while (found.find()) {
            out.append(format, from, found.start());
            String text = found.group().equals("%%") ? "%" : converted(found);
            rendering.budget.block(text.length());
            out.append(text);
            from = found.end();
        }
        boolean named = values instanceof PythonValue.Dict
                || values instanceof PythonValue.Undefined
                || values instanceof PythonValue.Sequence s && s.form() == PythonValue.Sequence.Form.LIST;
        if (next.hasNext() && !named) {
            throw new TemplateException("not all arguments converted during string formatting");
        }
        return out.append(format, from, format.length()).toString();
    }

    private String converted(Matcher found) {
        int width = number(found.group(3), 0);
        int precision = number(found.group(4), -1);
        String flags = found.group(2) + (width < 0 ? "-" : "");
        rendering.budget.characters(20L * Math.max(0, precision));
        PythonValue value = found.group(1) == null ? next() : named(found.group(1));
        String type = found.group(5) == null ? "" : found.group(5);
        return pad(convert(value, type, precision, flags), flags, Math.abs(width), !"srac".contains(type));
    }

    private PythonValue next() {
        if (!next.hasNext()) {
            throw new TemplateException("not enough arguments for format string");
        }
        return next.next();
    }

    private PythonValue named(String name) {
        if (!(values instanceof PythonValue.Dict dict)) {
            throw new TemplateException("format requires a mapping");
        }
        return dict.get(new PythonValue.Text(name))
                .orElseThrow(() -> new TemplateException("'" + name + "' is missing"));
    }

    private int number(@org.jspecify.annotations.Nullable String digits, int absent) {
        if (digits == null) {
            return absent;
        }
        return digits.equals("*") ? PythonNumbers.index(next()) : digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    private String convert(PythonValue value, String type, int precision, String flags) {
        int digits = precision < 0 ? 6 : precision;
        return switch (type) {
            case "s" -> cut(rendering.printer.str(value), precision);
            case "r" -> cut(rendering.printer.repr(value), precision);
            case "a" -> cut(rendering.printer.ascii(value), precision);
            case "c" -> character(value);
            case "d", "i", "u" -> signed(whole(value).toString(), precision, flags);
            case "o" -> based(value, 8, "0o", precision, flags);
            case "x" -> based(value, 16, "0x", precision, flags);
            case "X" -> based(value, 16, "0x", precision, flags).toUpperCase(Locale.ROOT);
            case "f", "F" -> signed(Decimals.fixed(PythonNumbers.real(value), digits), -1, flags);
            case "e" -> signed(Decimals.scientific(PythonNumbers.real(value), digits), -1, flags);
            case "E" ->
                signed(Decimals.scientific(PythonNumbers.real(value), digits), -1, flags)
                        .toUpperCase(Locale.ROOT);
            case "g" -> signed(Decimals.general(PythonNumbers.real(value), digits, false), -1, flags);
            case "G" ->
                signed(Decimals.general(PythonNumbers.real(value), digits, false), -1, flags)
                        .toUpperCase(Locale.ROOT);
            default -> throw new TemplateException("unsupported format character '" + type + "'");
        };
    }

    private static String character(PythonValue value) {
        if (value instanceof PythonValue.Text text && text.length() == 1) {
            return text.value();
        }
        int code = PythonNumbers.index(value);
        if (!Character.isValidCodePoint(code)) {
            throw new TemplateException("the number is not a character code: " + code);
        }
        return Character.toString(code);
    }

    private static BigInteger whole(PythonValue value) {
        return value instanceof PythonValue.Real r && Double.isFinite(r.value())
                ? new BigDecimal(r.value()).toBigInteger()
                : PythonNumbers.integer(value)
                        .orElseThrow(() -> new TemplateException("a number is required, not " + value.type()));
    }

    private static String based(PythonValue value, int base, String prefix, int precision, String flags) {
        BigInteger number = PythonNumbers.integer(value)
                .orElseThrow(() -> new TemplateException("an integer is required, not " + value.type()));
        String digits = signed(number.toString(base), precision, flags);
        int sign = !digits.isEmpty() && "+- ".indexOf(digits.charAt(0)) >= 0 ? 1 : 0;
        return flags.contains("#") ? digits.substring(0, sign) + prefix + digits.substring(sign) : digits;
    }

    private static String cut(String text, int limit) {
        return limit < 0 || text.codePointCount(0, text.length()) <= limit
                ? text
                : text.substring(0, text.offsetByCodePoints(0, limit));
    }

    /** The number with the sign required by the flags, and at least {@code digits} digits. */
    private static String signed(String number, int digits, String flags) {
        boolean negative = number.startsWith("-");
        String sign = negative ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        String body = negative ? number.substring(1) : number;
        return sign + "0".repeat(Math.max(0, digits - body.length())) + body;
    }

    private String pad(String text, String flags, int width, boolean number) {
        int missing = Math.max(0, width - text.codePointCount(0, text.length()));
        rendering.budget.block(missing);
        if (flags.contains("-")) {
            return text + " ".repeat(missing);
        }
        boolean zeros = number && flags.contains("0");
        int start = zeros && !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
        start += zeros
                        && flags.contains("#")
                        && text.startsWith("0", start)
                        && text.length() > start + 1
                        && "xXo".indexOf(text.charAt(start + 1)) >= 0
                ? 2
                : 0;
        return zeros
                ? text.substring(0, start) + "0".repeat(missing) + text.substring(start)
                : " ".repeat(missing) + text;
    }
}
