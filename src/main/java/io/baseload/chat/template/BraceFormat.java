package io.baseload.chat.template;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code str.format} for plain fields: {@code {}}, {@code {0}}, {@code {name}}, with {@code !r} and {@code :[fill]<>^width.precision f}. */
final class BraceFormat {
    private static final Pattern FIELD = Pattern.compile("\\{\\{|}}|\\{([^{}:!]*)(?:!([rs]))?(?::([^{}]*))?}|[{}]");
    private static final Pattern SPEC = Pattern.compile("(?:(.)?([<>^]))?(0?)(\\d{0,9})(?:\\.(\\d{1,4}))?([sdf]?)");

    private BraceFormat() {}

    static String format(String format, Arguments arguments, Rendering rendering) {
        StringBuilder out = new StringBuilder();
        Matcher field = FIELD.matcher(format);
        int from = 0;
        int automatic = 0;
        boolean manual = false;
        while (field.find()) {
            out.append(format, from, field.start());
            from = field.end();
            String whole = field.group();
            if (whole.equals("{{") || whole.equals("}}")) {
                out.append(whole.charAt(0));
                continue;
            }
            String name = Optional.ofNullable(field.group(1))
                    .orElseThrow(() -> new TemplateException("Single '" + whole + "' encountered in format string"));
            boolean number = !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
            if (name.isEmpty() && manual || number && automatic > 0) {
                throw new TemplateException(
                        "cannot switch between manual field specification and automatic field numbering");
            }
            manual |= number;
            Value value = value(name.isEmpty() ? String.valueOf(automatic++) : name, arguments);
            String text = "r".equals(field.group(2)) ? rendering.printer.repr(value) : rendering.printer.str(value);
            out.append(field.group(3) == null ? text : specified(value, text, field.group(3), rendering));
        }
        return out.append(format, from, format.length()).toString();
    }

    private static Value value(String name, Arguments arguments) {
        Value named = arguments.named().get(name);
        if (named != null) {
            return named;
        }
        boolean number = name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        int index = number ? Integer.parseInt(name) : Integer.MAX_VALUE;
        if (index >= arguments.positional().size()) {
            throw new TemplateException("no argument for field '" + name + "'");
        }
        return arguments.positional().get(index);
    }

    private static String specified(Value value, String text, String spec, Rendering rendering) {
        Matcher found = SPEC.matcher(spec);
        if (!found.matches()) {
            throw new TemplateException("Invalid format specifier '" + spec + "'");
        }
        boolean number = Numbers.isNumber(value);
        String body = found.group(6).equals("f")
                ? PercentFormat.fixed(
                        Numbers.real(value), found.group(5) == null ? 6 : Integer.parseInt(found.group(5)))
                : text;
        String align = Optional.ofNullable(found.group(2)).orElse(number ? ">" : "<");
        String fill = Optional.ofNullable(found.group(1)).orElse(found.group(3).isEmpty() ? " " : "0");
        int width = found.group(4).isEmpty() ? 0 : Integer.parseInt(found.group(4));
        return TextFilters.pad(rendering, body, width, fill, align.equals("<") ? 1 : align.equals(">") ? -1 : 0);
    }
}
