package io.baseload.chat.template;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that templates use. */
final class TextMethods {
    private TextMethods() {}

    static Optional<Value.Body> find(String text, String name, Rendering rendering) {
        return Optional.ofNullable(forms(text, name, rendering))
                .or(() -> Optional.ofNullable(pieces(text, name, rendering)))
                .or(() -> Optional.ofNullable(questions(text, name, rendering)));
    }

    private static Value.@Nullable Body forms(String text, String name, Rendering r) {
        return switch (name) {
            case "strip" -> a -> r.text(strip(text, a, true, true));
            case "lstrip" -> a -> r.text(strip(text, a, true, false));
            case "rstrip" -> a -> r.text(strip(text, a, false, true));
            case "upper" -> a -> r.text(text.toUpperCase(Locale.ROOT));
            case "lower", "casefold" -> a -> r.text(text.toLowerCase(Locale.ROOT));
            case "title" -> a -> r.text(Texts.title(text));
            case "capitalize" -> a -> r.text(Texts.capitalize(text));
            case "swapcase" -> a -> r.text(TextFilters.swapCase(text));
            case "replace" ->
                a -> TextFilters.replace(r, text, a.text(0, "old"), a.text(1, "new"), a.integer(2, "count", -1));
            case "removeprefix" ->
                a -> r.text(
                        text.startsWith(a.text(0, "p"))
                                ? text.substring(a.text(0, "p").length())
                                : text);
            case "removesuffix" ->
                a -> r.text(
                        text.endsWith(a.text(0, "s"))
                                ? text.substring(
                                        0, text.length() - a.text(0, "s").length())
                                : text);
            case "ljust" -> a -> r.text(TextFilters.pad(r, text, a.integer(0, "width", 0), a.text(1, "fill", " "), 1));
            case "rjust" -> a -> r.text(TextFilters.pad(r, text, a.integer(0, "width", 0), a.text(1, "fill", " "), -1));
            case "center" -> a -> r.text(TextFilters.pad(r, text, a.integer(0, "width", 0), a.text(1, "fill", " "), 0));
            case "zfill" -> a -> r.text(zeroFill(text, a.integer(0, "width", 0), r));
            case "format" -> a -> r.text(BraceFormat.format(text, a, r));
            default -> null;
        };
    }

    private static Value.@Nullable Body pieces(String text, String name, Rendering r) {
        return switch (name) {
            case "split" -> a -> r.texts(split(text, a, false, r));
            case "rsplit" -> a -> r.texts(split(text, a, true, r));
            case "splitlines" -> a -> r.texts(lines(text));
            case "partition" -> a -> partition(text, a.text(0, "sep"), false, r);
            case "rpartition" -> a -> partition(text, a.text(0, "sep"), true, r);
            case "join" -> a -> Filters.apply("join", r, a.get(0, "iterable"), Arguments.of(new Value.Text(text)));
            default -> null;
        };
    }

    private static Value.@Nullable Body questions(String text, String name, Rendering r) {
        return switch (name) {
            case "startswith" -> a -> any(text, a, r, String::startsWith);
            case "endswith" -> a -> any(text, a, r, String::endsWith);
            case "find" -> a -> place(text, searched(text, a, r, false));
            case "rfind" -> a -> place(text, searched(text, a, r, true));
            case "index" -> a -> found(place(text, searched(text, a, r, false)));
            case "rindex" -> a -> found(place(text, searched(text, a, r, true)));
            case "count" ->
                a -> {
                    r.budget.spendOnSearch(text.length(), a.text(0, "sub").length());
                    return Value.Int.of(Texts.count(text, a.text(0, "sub")));
                };
            case "isdigit", "isnumeric", "isdecimal" -> a -> all(text, Character::isDigit);
            case "isalpha" -> a -> all(text, Character::isLetter);
            case "isalnum" -> a -> all(text, Character::isLetterOrDigit);
            case "isspace" -> a -> all(text, Texts::isSpace);
            case "isupper" -> a -> Value.Bool.of(cased(text) && text.equals(text.toUpperCase(Locale.ROOT)));
            case "islower" -> a -> Value.Bool.of(cased(text) && text.equals(text.toLowerCase(Locale.ROOT)));
            default -> null;
        };
    }

    private static String strip(String text, Arguments arguments, boolean start, boolean end) {
        String characters = arguments
                .find(0, "chars")
                .filter(c -> c != Value.None.NONE)
                .map(Texts::require)
                .orElse("");
        return Texts.strip(text, characters, start, end);
    }

    private static String zeroFill(String text, int width, Rendering rendering) {
        boolean signed = text.startsWith("+") || text.startsWith("-");
        String digits = signed ? text.substring(1) : text;
        return (signed ? text.substring(0, 1) : "")
                + TextFilters.pad(rendering, digits, signed ? width - 1 : width, "0", -1);
    }

    private static List<String> split(String text, Arguments arguments, boolean fromEnd, Rendering rendering) {
        Optional<String> separator =
                arguments.find(0, "sep").filter(s -> s != Value.None.NONE).map(Texts::require);
        int limit = arguments.integer(1, "maxsplit", -1);
        rendering.budget.spendOnSearch(
                text.length(), separator.map(String::length).orElse(1));
        if (separator.isEmpty()) {
            return Texts.splitAtSpace(text, limit);
        }
        if (separator.get().isEmpty()) {
            throw new TemplateException("empty separator");
        }
        return fromEnd ? Texts.splitFromEnd(text, separator.get(), limit) : Texts.split(text, separator.get(), limit);
    }

    private static List<String> lines(String text) {
        List<String> lines = List.of(text.split("\r\n|[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]", -1));
        return lines.getLast().isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
    }

    private static Value partition(String text, String separator, boolean last, Rendering rendering) {
        rendering.budget.spendOnSearch(text.length(), separator.length());
        int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            Value whole = new Value.Text(text);
            return last
                    ? Value.Sequence.tuple(Value.Text.EMPTY, Value.Text.EMPTY, whole)
                    : Value.Sequence.tuple(whole, Value.Text.EMPTY, Value.Text.EMPTY);
        }
        return Value.Sequence.tuple(
                new Value.Text(text.substring(0, at)),
                new Value.Text(separator),
                rendering.text(text.substring(at + separator.length())));
    }

    private static Value any(String text, Arguments arguments, Rendering rendering, BiPredicate<String, String> test) {
        int start = arguments.integer(1, "start", 0);
        String part = start == 0
                ? text
                : Texts.require(Lookup.slice(
                        new Value.Text(text), Optional.of(start), Optional.empty(), Optional.empty(), rendering));
        Value parts = arguments.get(0, "prefix");
        return parts instanceof Value.Sequence s
                ? Value.Bool.of(s.items().stream().anyMatch(p -> test.test(part, Texts.require(p))))
                : Value.Bool.of(test.test(part, Texts.require(parts)));
    }

    private static int searched(String text, Arguments arguments, Rendering rendering, boolean last) {
        String part = arguments.text(0, "sub");
        rendering.budget.spendOnSearch(text.length(), part.length());
        return last ? text.lastIndexOf(part) : text.indexOf(part);
    }

    private static Value place(String text, int index) {
        return Value.Int.of(index < 0 ? -1 : text.codePointCount(0, index));
    }

    private static Value found(Value place) {
        if (place.equals(Value.Int.of(-1))) {
            throw new TemplateException("substring not found");
        }
        return place;
    }

    private static Value all(String text, IntPredicate test) {
        return Value.Bool.of(!text.isEmpty() && text.codePoints().allMatch(test));
    }

    private static boolean cased(String text) {
        return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    }
}
