package io.baseload.chat.python;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that templates use. */
public final class TextMethods {
    private TextMethods() {}

    public static Optional<PythonValue.Body> find(String text, String name, Rendering rendering) {
        return method(text, name, rendering).map(body -> arguments -> body.call(arguments.atMost(most(name))));
    }

    private static int most(String name) {
        return switch (name) {
            case "strip",
                    "lstrip",
                    "rstrip",
                    "removeprefix",
                    "removesuffix",
                    "zfill",
                    "expandtabs",
                    "splitlines",
                    "partition",
                    "rpartition",
                    "join" -> 1;
            case "split", "rsplit", "center", "ljust", "rjust" -> 2;
            case "replace", "startswith", "endswith", "find", "rfind", "index", "rindex", "count" -> 3;
            case "format" -> Integer.MAX_VALUE;
            default -> 0;
        };
    }

    private static Optional<PythonValue.Body> method(String text, String name, Rendering rendering) {
        return Optional.ofNullable(cases(text, name, rendering))
                .or(() -> Optional.ofNullable(forms(text, name, rendering)))
                .or(() -> Optional.ofNullable(pieces(text, name, rendering)))
                .or(() -> Optional.ofNullable(places(text, name, rendering)))
                .or(() -> kind(name).map(test -> a -> {
                    rendering.budget.characters(4L * text.length());
                    return PythonValue.Bool.of(test.test(text));
                }));
    }

    private static PythonValue.@Nullable Body cases(String text, String name, Rendering r) {
        return switch (name) {
            case "upper" -> changed(text, t -> t.toUpperCase(Locale.ROOT), 2, r);
            case "lower" -> changed(text, t -> t.toLowerCase(Locale.ROOT), 2, r);
            case "casefold" -> changed(text, Characters::foldCase, 4, r);
            case "title" -> changed(text, Characters::title, 8, r);
            case "capitalize" -> changed(text, Characters::capitalize, 4, r);
            case "swapcase" -> changed(text, Characters::swapCase, 16, r);
            default -> null;
        };
    }

    /** @param cost the cost of a character */
    private static PythonValue.Body changed(String text, UnaryOperator<String> change, long cost, Rendering rendering) {
        return arguments -> {
            rendering.budget.characters(cost * text.length());
            return new PythonValue.Text(change.apply(text));
        };
    }

    private static PythonValue.@Nullable Body forms(String text, String name, Rendering r) {
        return switch (name) {
            case "strip" -> a -> strip(text, a, true, true, r);
            case "lstrip" -> a -> strip(text, a, true, false, r);
            case "rstrip" -> a -> strip(text, a, false, true, r);
            case "replace" -> a -> replace(r, text, a.text(0, "old"), a.text(1, "new"), a.integer(2, "count", -1));
            case "removeprefix" ->
                a -> block(
                        text.startsWith(a.text(0, "p"))
                                ? text.substring(a.text(0, "p").length())
                                : text,
                        r);
            case "removesuffix" ->
                a -> block(
                        text.endsWith(a.text(0, "s"))
                                ? text.substring(
                                        0, text.length() - a.text(0, "s").length())
                                : text,
                        r);
            case "ljust" -> a -> r.text(pad(r, text, a.integer(0, "width", 0), fill(a), 1));
            case "rjust" -> a -> r.text(pad(r, text, a.integer(0, "width", 0), fill(a), -1));
            case "center" -> a -> r.text(pad(r, text, a.integer(0, "width", 0), fill(a), 0));
            case "zfill" -> a -> r.text(zeroFill(text, a.integer(0, "width", 0), r));
            case "expandtabs" -> a -> r.text(expandTabs(r, text, a.integer(0, "tabsize", 8)));
            case "format" -> a -> r.text(new BraceFormat(a, r).format(text));
            default -> null;
        };
    }

    private static PythonValue.@Nullable Body pieces(String text, String name, Rendering r) {
        return switch (name) {
            case "split" -> a -> r.texts(split(text, a, false, r));
            case "rsplit" -> a -> r.texts(split(text, a, true, r));
            case "splitlines" ->
                a -> {
                    r.budget.characters(2L * text.length());
                    return r.texts(Texts.lines(text, a.integer(0, "keepends", 0) != 0));
                };
            case "partition" -> a -> partition(text, a.text(0, "sep"), false, r);
            case "rpartition" -> a -> partition(text, a.text(0, "sep"), true, r);
            case "join" -> a -> join(text, a, r);
            default -> null;
        };
    }

    private static PythonValue.@Nullable Body places(String text, String name, Rendering r) {
        return switch (name) {
            case "startswith" -> a -> any(text, a, r, String::startsWith);
            case "endswith" -> a -> any(text, a, r, String::endsWith);
            case "find" -> a -> place(text, a, r, false);
            case "rfind" -> a -> place(text, a, r, true);
            case "index" -> a -> found(place(text, a, r, false));
            case "rindex" -> a -> found(place(text, a, r, true));
            case "count" -> a -> count(text, a, r);
            default -> null;
        };
    }

    @FunctionalInterface
    private interface Kind {
        boolean test(String text);
    }

    private static Optional<Kind> kind(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "isdigit" -> all(Characters::isDigit);
                    case "isnumeric" -> all(Characters::isNumeric);
                    case "isdecimal" -> all(Character::isDigit);
                    case "isalpha" -> all(Character::isLetter);
                    case "isalnum" -> all(c -> Character.isLetterOrDigit(c) || Characters.isNumeric(c));
                    case "isspace" -> all(Characters::isSpace);
                    case "isascii" -> text -> text.chars().allMatch(c -> c < 0x80);
                    case "isprintable" -> text -> text.codePoints().allMatch(Printer::printable);
                    case "isidentifier" -> Characters::isIdentifier;
                    case "istitle" -> Characters::isTitle;
                    case "isupper" -> text -> Characters.isUpper(new PythonValue.Text(text));
                    case "islower" -> text -> Characters.isLower(new PythonValue.Text(text));
                    default -> (Kind) null;
                });
    }

    private static Kind all(IntPredicate test) {
        return text -> Characters.all(text, test);
    }

    private static PythonValue block(String text, Rendering rendering) {
        rendering.budget.block(text.length());
        return new PythonValue.Text(text);
    }

    private static PythonValue strip(
            String text, Arguments arguments, boolean start, boolean end, Rendering rendering) {
        Optional<String> characters = arguments
                .find(0, "chars")
                .filter(c -> c != PythonValue.None.NONE)
                .map(Texts::require);
        rendering.budget.block(text.length());
        return new PythonValue.Text(Texts.strip(text, characters, start, end));
    }

    private static String fill(Arguments arguments) {
        String fill = arguments.text(1, "fill", " ");
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw new TemplateException("The fill character must be exactly one character long");
        }
        return fill;
    }

    private static String zeroFill(String text, int width, Rendering rendering) {
        boolean signed = text.startsWith("+") || text.startsWith("-");
        String digits = signed ? text.substring(1) : text;
        return (signed ? text.substring(0, 1) : "") + pad(rendering, digits, signed ? width - 1 : width, "0", -1);
    }

    private static List<String> split(String text, Arguments arguments, boolean fromEnd, Rendering rendering) {
        Optional<String> separator =
                arguments.find(0, "sep").filter(s -> s != PythonValue.None.NONE).map(Texts::require);
        int limit = arguments.integer(1, "maxsplit", -1);
        rendering.budget.search(text.length(), separator.map(String::length).orElse(1));
        if (separator.isEmpty()) {
            return fromEnd ? Texts.splitAtSpaceFromEnd(text, limit) : Texts.splitAtSpace(text, limit);
        }
        if (separator.get().isEmpty()) {
            throw new TemplateException("empty separator");
        }
        return fromEnd ? Texts.splitFromEnd(text, separator.get(), limit) : Texts.split(text, separator.get(), limit);
    }

    private static PythonValue partition(String text, String separator, boolean last, Rendering rendering) {
        rendering.budget.search(text.length(), separator.length());
        if (separator.isEmpty()) {
            throw new TemplateException("empty separator");
        }
        int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            PythonValue whole = new PythonValue.Text(text);
            return last
                    ? PythonValue.Sequence.tuple(PythonValue.Text.EMPTY, PythonValue.Text.EMPTY, whole)
                    : PythonValue.Sequence.tuple(whole, PythonValue.Text.EMPTY, PythonValue.Text.EMPTY);
        }
        return PythonValue.Sequence.tuple(
                new PythonValue.Text(text.substring(0, at)),
                new PythonValue.Text(separator),
                new PythonValue.Text(text.substring(at + separator.length())));
    }

    /** Joins texts only; the filter of the same name accepts any values. */
    private static PythonValue join(String separator, Arguments arguments, Rendering rendering) {
        List<PythonValue> items = rendering.iterate(arguments.get(0, "iterable"));
        items.forEach(Texts::require);
        return join(separator, items, rendering);
    }

    /** The printed forms of any values, with a text between them. */
    public static PythonValue join(String separator, List<PythonValue> items, Rendering rendering) {
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (PythonValue item : items) {
            String text = rendering.printer.str(item);
            rendering.budget.block(separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        return new PythonValue.Text(out.toString());
    }

    private static PythonValue any(
            String text, Arguments arguments, Rendering rendering, BiPredicate<String, String> test) {
        Optional<String> region = region(text, arguments, rendering);
        PythonValue parts = arguments.get(0, "prefix");
        List<PythonValue> all = parts instanceof PythonValue.Sequence s && s.form() == PythonValue.Sequence.Form.TUPLE
                ? rendering.iterate(s)
                : List.of(parts);
        for (PythonValue one : all) {
            rendering.budget.block(Texts.require(one).length());
            if (region.filter(part -> test.test(part, Texts.require(one))).isPresent()) {
                return PythonValue.Bool.TRUE;
            }
        }
        return PythonValue.Bool.FALSE;
    }

    private static PythonValue count(String text, Arguments arguments, Rendering rendering) {
        String region = searched(text, arguments, rendering);
        boolean inside = region(text, arguments, rendering).isPresent();
        return PythonValue.Int.of(inside ? Texts.count(region, arguments.text(0, "sub")) : 0);
    }

    /** The region between the second and the third argument, if they are given; empty if it would start after the end. */
    private static Optional<String> region(String text, Arguments arguments, Rendering rendering) {
        Optional<Integer> start = bound(arguments, 1, "start");
        Optional<Integer> end = bound(arguments, 2, "end");
        if (start.isEmpty() && end.isEmpty()) {
            return Optional.of(text);
        }
        boolean behind = start.orElse(0) > text.codePointCount(0, text.length());
        return behind
                ? Optional.empty()
                : Optional.of(MemberAccess.slice(text, start, end, Optional.empty(), rendering));
    }

    private static Optional<Integer> bound(Arguments arguments, int index, String name) {
        return arguments
                .find(index, name)
                .filter(v -> v != PythonValue.None.NONE)
                .map(PythonNumbers::index);
    }

    private static String searched(String text, Arguments arguments, Rendering rendering) {
        String region = region(text, arguments, rendering).orElse("");
        rendering.budget.search(region.length(), arguments.text(0, "sub").length());
        return region;
    }

    private static PythonValue place(String text, Arguments arguments, Rendering rendering, boolean last) {
        String region = searched(text, arguments, rendering);
        String part = arguments.text(0, "sub");
        int index = last ? region.lastIndexOf(part) : region.indexOf(part);
        int size = text.codePointCount(0, text.length());
        int start = bound(arguments, 1, "start").orElse(0);
        int before = Math.clamp(start < 0 ? (long) start + size : start, 0, size);
        return index < 0 || start > size
                ? PythonValue.Int.of(-1)
                : PythonValue.Int.of(before + region.codePointCount(0, index));
    }

    private static PythonValue found(PythonValue place) {
        if (place.equals(PythonValue.Int.of(-1))) {
            throw new TemplateException("substring not found");
        }
        return place;
    }

    public static PythonValue replace(Rendering rendering, String text, String old, String replacement, int limit) {
        rendering.budget.search(text.length(), old.length());
        long times = Texts.count(text, old);
        times = limit < 0 ? times : Math.min(times, limit);
        rendering.budget.block(text.length() + times * replacement.length());
        if (old.isEmpty()) {
            return new PythonValue.Text(interleave(text, replacement, times));
        }
        return new PythonValue.Text(
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

    /**
     * @param side −1: blanks on the left, 1: on the right, 0: on both
     */
    public static String pad(Rendering rendering, String text, int width, String fill, int side) {
        int missing = Math.max(0, width - text.codePointCount(0, text.length()));
        rendering.budget.block((long) missing * fill.length());
        int left = side < 0 ? missing : side > 0 ? 0 : missing / 2 + (missing & width & 1);
        return fill.repeat(left) + text + fill.repeat(missing - left);
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
}
