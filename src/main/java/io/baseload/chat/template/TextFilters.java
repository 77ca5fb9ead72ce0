package io.baseload.chat.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Operations of filters and methods on text. */
final class TextFilters {
    private static final Pattern WORD_START =
            Pattern.compile("([-\\s\\u001c-\\u001f({\\[<]+)", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");

    private TextFilters() {}

    /** As by the filter: a capital letter only after blanks, brackets and hyphens. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        for (String word : WORD_START.splitWithDelimiters(text, 0)) {
            int rest = word.isEmpty() ? 0 : word.offsetByCodePoints(0, 1);
            out.append(word.substring(0, rest).toUpperCase(Locale.ROOT)).append(lower(word.substring(rest)));
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

    static TemplateValue xmlAttributes(Rendering rendering, TemplateValue value, Arguments arguments) {
        if (!(value instanceof TemplateValue.Dict dict)) {
            throw new TemplateException("'" + value.type() + "' object has no items");
        }
        StringBuilder out = new StringBuilder();
        for (TemplateValue.Dict.Entry entry : dict.entries().values()) {
            if (entry.value() != TemplateValue.None.NONE && !(entry.value() instanceof TemplateValue.Undefined)) {
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
        String plain = without(without(text, "<!--", "-->"), "<", ">");
        return unescape(String.join(" ", Texts.splitAtSpace(plain, -1)));
    }

    /** Removes each part from a start to the next end, including both. */
    private static String without(String text, String start, String end) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int open = text.indexOf(start); open >= 0; open = text.indexOf(start, from)) {
            int close = text.indexOf(end, open);
            if (close < 0) {
                break;
            }
            out.append(text, from, open);
            from = close + end.length();
        }
        return out.append(text, from, text.length()).toString();
    }

    /** Reverses the escapes of {@link #escape} and of most HTML writers. */
    private static String unescape(String text) {
        return text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#34;", "\"")
                .replace("&#39;", "'")
                .replace("&nbsp;", "\u00a0")
                .replace("&amp;", "&");
    }

    static TemplateValue urlEncode(Rendering rendering, TemplateValue value, Arguments arguments) {
        List<TemplateValue> pairs = switch (value) {
            case TemplateValue.Dict d -> Methods.pairs(d);
            case TemplateValue.Text t -> List.of();
            default -> Tests.sequence(value) ? rendering.iterate(value) : List.of();
        };
        if (pairs.isEmpty()) {
            boolean empty = value instanceof TemplateValue.Dict || value instanceof TemplateValue.Sequence;
            return rendering.text(empty ? "" : urlEncode(rendering.printer.str(value)));
        }
        return rendering.text(
                pairs.stream().map(pair -> parameter(rendering, pair)).collect(Collectors.joining("&")));
    }

    private static String parameter(Rendering rendering, TemplateValue pair) {
        List<TemplateValue> parts = rendering.iterate(pair);
        if (parts.size() != 2) {
            throw new TemplateException("expected 2 values to unpack, got " + parts.size());
        }
        return parts.stream()
                .map(part -> rendering.text(rendering.printer.str(part)).value())
                .map(part -> urlEncode(part).replace("/", "%2F").replace("%20", "+"))
                .collect(Collectors.joining("="));
    }

    private static String urlEncode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    static TemplateValue replace(Rendering rendering, String text, String old, String replacement, int limit) {
        rendering.budget.search(text.length(), old.length());
        long times = Texts.count(text, old);
        times = limit < 0 ? times : Math.min(times, limit);
        rendering.budget.block(text.length() + times * replacement.length());
        if (old.isEmpty()) {
            return new TemplateValue.Text(interleave(text, replacement, times));
        }
        return new TemplateValue.Text(
                limit < 0 ? text.replace(old, replacement) : String.join(replacement, Texts.split(text, old, limit)));
    }

    private static String interleave(String text, String replacement, long times) {
        StringBuilder out = new StringBuilder();
        long left = times;
        for (int c : text.codePoints().toArray()) {
            out.append(left-- > 0 ? replacement : "").appendCodePoint(c);
        }
        return out.append(left > 0 ? replacement : "").toString();
    }

    static TemplateValue indent(Rendering rendering, TemplateValue value, Arguments arguments) {
        TemplateValue width = arguments.find(0, "width").orElse(TemplateValue.Int.of(4));
        String blanks = width instanceof TemplateValue.Text t
                ? t.value()
                : " ".repeat(Math.clamp(PythonNumbers.index(width), 0, 1000));
        boolean first = arguments.flag(1, "first", false);
        boolean blank = arguments.flag(2, "blank", false);
        String text = Texts.require(value);
        rendering.budget.characters(text.length());
        StringBuilder out = new StringBuilder();
        boolean firstLine = true;
        for (String line : Texts.lines(text + "\n", false)) {
            boolean indented = firstLine ? first : blank || !line.isEmpty();
            rendering.budget.block(blanks.length() + line.length());
            out.append(firstLine ? "" : "\n").append(indented ? blanks : "").append(line);
            firstLine = false;
        }
        return new TemplateValue.Text(out.toString());
    }

    /**
     * @param side −1: blanks on the left, 1: on the right, 0: on both
     */
    static String pad(Rendering rendering, String text, int width, String fill, int side) {
        int missing = Math.max(0, width - text.codePointCount(0, text.length()));
        rendering.budget.block((long) missing * fill.length());
        int left = side < 0 ? missing : side > 0 ? 0 : missing / 2 + (missing & width & 1);
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }

    static TemplateValue truncate(Rendering rendering, TemplateValue value, Arguments arguments) {
        int length = arguments.integer(0, "length", 255);
        boolean inWord = arguments.flag(1, "killwords", false);
        String end = arguments.text(2, "end", "...");
        int leeway = arguments
                .find(3, "leeway")
                .filter(l -> l != TemplateValue.None.NONE)
                .map(PythonNumbers::index)
                .orElse(5);
        int kept = length - end.codePointCount(0, end.length());
        if (kept < 0 || leeway < 0) {
            throw new TemplateException("expected length >= " + (length - kept) + " and leeway >= 0");
        }
        if (rendering.length(value) <= (long) length + leeway) {
            return value;
        }
        String text = Texts.require(value);
        String cut = text.substring(0, text.offsetByCodePoints(0, kept));
        int space = cut.lastIndexOf(' ');
        return rendering.text(
                (inWord || space < 0 ? cut : cut.substring(0, space)) + (Markup.is(value) ? escape(end) : end));
    }

    static String expandTabs(Rendering rendering, String text, int size) {
        StringBuilder out = new StringBuilder(text.length());
        int column = 0;
        for (int c : text.codePoints().toArray()) {
            int blanks = size > 0 ? size - column % size : 0;
            if (c == '\t') {
                rendering.budget.block(blanks);
                out.repeat(' ', blanks);
                column += blanks;
            } else {
                out.appendCodePoint(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return out.toString();
    }

    static int countWords(String text) {
        return (int) WORD.matcher(text).results().count();
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
