package io.baseload.chat.python;

/** Python's {@code str.format}: {@code {}}, {@code {0}}, {@code {name.member[key]}}, with {@code !r} and {@code :specification}. */
final class BraceFormat {
    private static final String SWITCHED =
            "cannot switch between manual field specification and automatic field numbering";

    private final Arguments arguments;
    private final Rendering rendering;
    private int automatic;
    private boolean manual;

    BraceFormat(Arguments arguments, Rendering rendering) {
        this.arguments = arguments;
        this.rendering = rendering;
    }

    String format(String format) {
        rendering.budget.enter();
        rendering.budget.characters(format.length());
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean brace = c == '{' || c == '}';
            if (brace && i + 1 < format.length() && format.charAt(i + 1) == c) {
                out.append(c);
                i++;
            } else if (c == '}') {
                throw new TemplateException("Single '}' encountered in format string");
            } else if (c == '{') {
                int end = closing(format, i + 1);
                String text = field(format.substring(i + 1, end));
                rendering.budget.block(text.length());
                out.append(text);
                i = end;
            } else {
                out.append(c);
            }
        }
        rendering.budget.leave();
        return out.toString();
    }

    private static int closing(String format, int from) {
        int depth = 1;
        for (int i = from; i < format.length(); i++) {
            char c = format.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new TemplateException("expected '}' before end of string");
    }

    private String field(String field) {
        int end = 0;
        int brackets = 0;
        while (end < field.length() && (brackets > 0 || field.charAt(end) != ':' && field.charAt(end) != '!')) {
            brackets += field.charAt(end) == '[' ? 1 : field.charAt(end) == ']' ? -1 : 0;
            end++;
        }
        PythonValue value = value(field.substring(0, end));
        if (end < field.length() && field.charAt(end) == '!') {
            if (end + 1 >= field.length()) {
                throw new TemplateException("end of string while looking for conversion specifier");
            }
            value = converted(value, field.charAt(end + 1));
            end += 2;
        }
        if (end < field.length() && field.charAt(end) != ':') {
            throw new TemplateException("expected ':' after conversion specifier");
        }
        String spec = end < field.length() ? field.substring(end + 1) : "";
        return spec.isEmpty()
                ? rendering.printer.str(value)
                : FormatSpec.parse(spec.indexOf('{') < 0 ? spec : format(spec)).apply(value, rendering);
    }

    private PythonValue converted(PythonValue value, char conversion) {
        return switch (conversion) {
            case 's' -> new PythonValue.Text(rendering.printer.str(value));
            case 'r' -> new PythonValue.Text(rendering.printer.repr(value));
            case 'a' -> new PythonValue.Text(rendering.printer.ascii(value));
            default -> throw new TemplateException("Unknown conversion specifier '" + conversion + "'");
        };
    }

    private PythonValue value(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        PythonValue value = argument(path.substring(0, end), end == path.length());
        while (end < path.length()) {
            boolean member = path.charAt(end) == '.';
            int start = end + 1;
            end = start;
            while (end < path.length() && (member ? ".[".indexOf(path.charAt(end)) < 0 : path.charAt(end) != ']')) {
                end++;
            }
            String name = path.substring(start, end);
            if (name.isEmpty() || !member && end == path.length()) {
                throw new TemplateException("Empty attribute in format string");
            }
            value = member
                    ? MemberAccess.attribute(value, name, rendering)
                    : MemberAccess.item(value, key(name), rendering);
            end += member ? 0 : 1;
        }
        return value;
    }

    private static PythonValue key(String name) {
        return isNumber(name) ? PythonValue.Int.of(Integer.parseInt(name)) : new PythonValue.Text(name);
    }

    /** @param whole whether the field has no further parts; otherwise Python doesn't number it automatically */
    private PythonValue argument(String name, boolean whole) {
        boolean number = isNumber(name);
        if (whole && (name.isEmpty() && manual || number && automatic > 0)) {
            throw new TemplateException(SWITCHED);
        }
        manual |= whole && number;
        if (whole && name.isEmpty() || number) {
            int index = number ? Integer.parseInt(name) : automatic++;
            if (index >= arguments.positional().size()) {
                throw new TemplateException("Replacement index " + index + " out of range for positional args tuple");
            }
            return arguments.positional().get(index);
        }
        PythonValue named = arguments.named().get(name);
        if (named == null) {
            throw new TemplateException("no argument for field '" + name + "'");
        }
        return named;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
