package io.baseload.chat.python;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's format specification, the part after the colon in {@code '{:>8.2f}'}.
 *
 * @param fill the padding character
 * @param align one of {@code <>^=}, or empty
 * @param sign one of {@code +-}, blank or empty
 * @param grouping {@code ,} or {@code _} or empty
 * @param precision digits or characters; −1 = not given
 * @param type the letter, or empty
 */
record FormatSpec(
        String fill,
        String align,
        String sign,
        boolean alternative,
        int width,
        String grouping,
        int precision,
        String type) {
    private static final Pattern SYNTAX = Pattern.compile(
            "(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,4}))?([a-zA-Z%])?", Pattern.DOTALL);

    static FormatSpec parse(String text) {
        Matcher found = SYNTAX.matcher(text);
        if (!found.matches()) {
            throw new TemplateException("Invalid format specifier '" + text + "'");
        }
        boolean zero = found.group(5) != null;
        return new FormatSpec(
                found.group(1) != null ? found.group(1) : zero ? "0" : " ",
                found.group(2) != null ? found.group(2) : zero ? "=" : "",
                orEmpty(found.group(3)),
                found.group(4) != null,
                found.group(6) == null ? 0 : Integer.parseInt(found.group(6)),
                orEmpty(found.group(7)),
                found.group(8) == null ? -1 : Integer.parseInt(found.group(8)),
                orEmpty(found.group(9)));
    }

    private static String orEmpty(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text;
    }

    String apply(PythonValue value, Rendering rendering) {
        rendering.budget.characters(20L * Math.max(0, precision));
        if (value instanceof PythonValue.Text text) {
            return text(text.value(), rendering);
        }
        if (!PythonNumbers.isNumber(value)) {
            throw new TemplateException("unsupported format string passed to " + value.type() + ".__format__");
        }
        boolean whole = !(value instanceof PythonValue.Real) && (type.isEmpty() || "dnxXobc".contains(type));
        return type.equals("c")
                ? pad("", Character.toString(PythonNumbers.index(value)), "<", rendering)
                : number(whole ? integer(value) : real(value), rendering);
    }

    private String text(String text, Rendering rendering) {
        if (!type.isEmpty() && !type.equals("s") || align.equals("=") || !sign.isEmpty() || !grouping.isEmpty()) {
            throw new TemplateException("Unknown format code '" + type + "' for object of type 'str'");
        }
        boolean shorter = precision >= 0 && precision < text.codePointCount(0, text.length());
        return pad("", shorter ? text.substring(0, text.offsetByCodePoints(0, precision)) : text, "<", rendering);
    }

    private String integer(PythonValue value) {
        BigInteger number = PythonNumbers.integer(value).orElseThrow();
        if (precision >= 0) {
            throw new TemplateException("Precision not allowed in integer format specifier");
        }
        return switch (type) {
            case "x" -> prefixed(number, 16, "0x");
            case "X" -> prefixed(number, 16, "0x").toUpperCase(Locale.ROOT);
            case "o" -> prefixed(number, 8, "0o");
            case "b" -> prefixed(number, 2, "0b");
            default -> number.toString();
        };
    }

    private String prefixed(BigInteger number, int base, String prefix) {
        return (number.signum() < 0 ? "-" : "")
                + (alternative ? prefix : "")
                + number.abs().toString(base);
    }

    private String real(PythonValue value) {
        double number = PythonNumbers.real(value);
        int digits = precision < 0 ? 6 : precision;
        String text = switch (type) {
            case "f", "F" -> Decimals.fixed(number, digits);
            case "e", "E" -> Decimals.scientific(number, digits);
            case "g", "G", "n" -> Decimals.general(number, digits, false);
            case "%" -> Decimals.fixed(number * 100, digits) + "%";
            case "" -> precision < 0 ? PythonNumbers.repr(number) : Decimals.general(number, digits, true);
            default ->
                throw new TemplateException(
                        "Unknown format code '" + type + "' for object of type '" + value.type() + "'");
        };
        return type.equals("E") || type.equals("F") || type.equals("G") ? text.toUpperCase(Locale.ROOT) : text;
    }

    private String number(String digits, Rendering rendering) {
        boolean negative = digits.startsWith("-");
        String body = negative ? digits.substring(1) : digits;
        String before = negative ? "-" : sign.equals("-") ? "" : sign;
        boolean prefix = alternative && body.length() > 1 && "xXob".indexOf(body.charAt(1)) >= 0;
        return pad(
                before + (prefix ? body.substring(0, 2) : ""),
                grouped(prefix ? body.substring(2) : body),
                ">",
                rendering);
    }

    private String grouped(String digits) {
        int end = 0;
        while (end < digits.length() && Character.digit(digits.charAt(end), 16) >= 0 && digits.charAt(end) != 'e') {
            end++;
        }
        if (grouping.isEmpty()) {
            return digits;
        }
        int size = "xXob".contains(type) && !type.isEmpty() ? 4 : 3;
        StringBuilder out = new StringBuilder(digits);
        for (int i = end - size; i > 0; i -= size) {
            out.insert(i, grouping);
        }
        return out.toString();
    }

    private String pad(String before, String body, String usual, Rendering rendering) {
        int length = before.length() + body.codePointCount(0, body.length());
        int missing = Math.max(0, width - length);
        rendering.budget.block(missing);
        int left = switch (align.isEmpty() ? usual : align) {
            case "<", "=" -> 0;
            case ">" -> missing;
            default -> missing / 2;
        };
        String inner = align.equals("=") ? fill.repeat(missing) : "";
        String outer = align.equals("=") ? "" : fill.repeat(missing - left);
        return fill.repeat(left) + before + inner + body + outer;
    }
}
