package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.Markup;
import io.baseload.chat.python.Methods;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.Texts;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Filters on text. */
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

    static PythonValue xmlAttributes(Rendering rendering, PythonValue value, Arguments arguments) {
        if (!(value instanceof PythonValue.Dict dict)) {
            throw new TemplateException("'" + value.type() + "' object has no items");
        }
        StringBuilder out = new StringBuilder();
        for (PythonValue.Dict.Entry entry : dict.entries().values()) {
            if (entry.value() != PythonValue.None.NONE && !(entry.value() instanceof PythonValue.Undefined)) {
                String name = Texts.require(entry.key());
                if (name.matches("(?s).*[\\s/>=].*")) {
                    throw new TemplateException("Invalid character in attribute name: '" + name + "'");
                }
                out.append(' ').append(Markup.escape(name));
                out.append("=\"")
                        .append(Markup.escape(rendering.printer.str(entry.value())))
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

    /** Reverses the escapes of {@link Markup#escape} and of most HTML writers. */
    private static String unescape(String text) {
        return text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#34;", "\"")
                .replace("&#39;", "'")
                .replace("&nbsp;", "\u00a0")
                .replace("&amp;", "&");
    }

    static PythonValue urlEncode(Rendering rendering, PythonValue value, Arguments arguments) {
        List<PythonValue> pairs = switch (value) {
            case PythonValue.Dict d -> Methods.pairs(d);
            case PythonValue.Text t -> List.of();
            default -> Tests.hasElements(value) ? rendering.iterate(value) : List.of();
        };
        if (pairs.isEmpty()) {
            boolean empty = value instanceof PythonValue.Dict || value instanceof PythonValue.Sequence;
            return rendering.text(empty ? "" : urlEncode(rendering.printer.str(value)));
        }
        return rendering.text(
                pairs.stream().map(pair -> parameter(rendering, pair)).collect(Collectors.joining("&")));
    }

    private static String parameter(Rendering rendering, PythonValue pair) {
        List<PythonValue> parts = rendering.iterate(pair);
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

    static PythonValue indent(Rendering rendering, PythonValue value, Arguments arguments) {
        PythonValue width = arguments.find(0, "width").orElse(PythonValue.Int.of(4));
        String blanks = width instanceof PythonValue.Text t
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
        return new PythonValue.Text(out.toString());
    }

    static PythonValue truncate(Rendering rendering, PythonValue value, Arguments arguments) {
        int length = arguments.integer(0, "length", 255);
        boolean inWord = arguments.flag(1, "killwords", false);
        String end = arguments.text(2, "end", "...");
        int leeway = arguments
                .find(3, "leeway")
                .filter(l -> l != PythonValue.None.NONE)
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
                (inWord || space < 0 ? cut : cut.substring(0, space)) + (Markup.is(value) ? Markup.escape(end) : end));
    }

    static int countWords(String text) {
        return (int) WORD.matcher(text).results().count();
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
