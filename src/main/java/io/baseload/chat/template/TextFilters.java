package io.baseload.chat.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** What filters and methods do to text. */
final class TextFilters {
    private static final Pattern WORD_START = Pattern.compile("([-\\s({\\[<]+)");

    private TextFilters() {}

    /** As the filter: a capital after blanks, brackets and hyphens only. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        for (String word : WORD_START.splitWithDelimiters(text, 0)) {
            out.append(Texts.capitalize(word));
        }
        return out.toString();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    static Value xmlAttributes(Rendering rendering, Value value, Arguments arguments) {
        if (!(value instanceof Value.Dict dict)) {
            throw new TemplateException("'" + value.type() + "' object has no items");
        }
        StringBuilder out = new StringBuilder();
        for (Value.Dict.Entry entry : dict.entries().values()) {
            if (entry.value() != Value.None.NONE && !(entry.value() instanceof Value.Undefined)) {
                String name = Texts.require(entry.key());
                if (name.matches("(?s).*[\\s/>=].*")) {
                    throw new TemplateException("Invalid character in attribute name: '" + name + "'");
                }
                out.append(' ').append(escape(name));
                out.append("=\"")
                        .append(escape(rendering.printer.str(entry.value())))
                        .append('"');
            }
        }
        boolean space = arguments.flag(0, "autospace", true);
        return rendering.text(out.isEmpty() || space ? out.toString() : out.substring(1));
    }

    static String stripTags(String text) {
        String plain = text.replaceAll("<!--[^>]*-->|<[^>]*>", "");
        return String.join(" ", Texts.splitAtSpace(plain, -1));
    }

    static String urlEncode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    static Value replace(Rendering rendering, String text, String old, String replacement, int limit) {
        rendering.budget.spendOnSearch(text.length(), old.length());
        long times = Texts.count(text, old);
        times = limit < 0 ? times : Math.min(times, limit);
        rendering.budget.spend(text.length() + times * replacement.length());
        if (old.isEmpty()) {
            return new Value.Text(interleave(text, replacement, times));
        }
        return new Value.Text(String.join(replacement, Texts.split(text, old, limit)));
    }

    private static String interleave(String text, String replacement, long times) {
        StringBuilder out = new StringBuilder();
        long left = times;
        for (int c : text.codePoints().toArray()) {
            out.append(left-- > 0 ? replacement : "").appendCodePoint(c);
        }
        return out.append(left > 0 ? replacement : "").toString();
    }

    static Value indent(Rendering rendering, Value value, Arguments arguments) {
        Value width = arguments.find(0, "width").orElse(Value.Int.of(4));
        String blanks =
                width instanceof Value.Text t ? t.value() : " ".repeat(Math.clamp(Numbers.index(width), 0, 1000));
        boolean first = arguments.flag(1, "first", false);
        boolean blank = arguments.flag(2, "blank", false);
        StringBuilder out = new StringBuilder();
        boolean firstLine = true;
        for (String line : Texts.split(rendering.printer.str(value), "\n", -1)) {
            boolean indented = firstLine ? first : blank || !line.isEmpty();
            out.append(firstLine ? "" : "\n").append(indented ? blanks : "").append(line);
            rendering.budget.spend(blanks.length() + line.length());
            firstLine = false;
        }
        return new Value.Text(out.toString());
    }

    /**
     * @param side −1: blanks on the left, 1: on the right, 0: on both
     */
    static String pad(Rendering rendering, String text, int width, String fill, int side) {
        int missing = Math.max(0, width - text.codePointCount(0, text.length()));
        rendering.budget.spend(missing);
        int left = side < 0 ? missing : side > 0 ? 0 : missing / 2 + (missing & width & 1);
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }

    static Value truncate(Rendering rendering, Value value, Arguments arguments) {
        String text = rendering.printer.str(value);
        int length = arguments.integer(0, "length", 255);
        boolean inWord = arguments.flag(1, "killwords", false);
        String end = arguments.text(2, "end", "...");
        int leeway = arguments.integer(3, "leeway", 5);
        if (text.length() <= (long) length + leeway) {
            return new Value.Text(text);
        }
        String cut = text.substring(0, Math.clamp(length - end.length(), 0, text.length()));
        int space = cut.lastIndexOf(' ');
        return rendering.text(
                (inWord || space < 0 ? cut : cut.substring(0, space)) + (Markup.is(value) ? escape(end) : end));
    }

    static String swapCase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
