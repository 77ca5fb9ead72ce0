package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Plain characters: all except controls, the quotation mark, the backslash and the line ends beyond ASCII, which a dot doesn't match. A run of them reads the same inside any JSON string. Those
 * that expressions often distinguish are of different kinds.
 */
final class PlainText {
    private static final CodePoints LINE_ENDS = CodePoints.of("\u0085\u2028\u2029");

    static final CodePoints CHARACTERS = JsonText.PLAIN.without(LINE_ENDS);

    /** The kind of characters that aren't plain. */
    static final int NOT_PLAIN = 63;

    private static final CodePoints SPACES =
            CodePoints.of("\u00A0\u1680\u180E\u202F\u205F\u3000\uFEFF").or(CodePoints.range(0x2000, 0x200A));
    private static final List<CodePoints> KINDS = kinds();

    /** All plain characters except spaces, and bits of their kinds. */
    static final CodePoints IN_WORDS = CHARACTERS.without(SPACES).without(CodePoints.of(' '));

    static final long KINDS_IN_WORDS = kinds(IN_WORDS);

    private static final List<List<List<Utf8.Range>>> SEQUENCES =
            KINDS.stream().map(Utf8::sequences).toList();
    private static final int[] KINDS_OF_ASCII =
            IntStream.range(0, 0x80).map(PlainText::search).toArray();

    private PlainText() {}

    /** Hexadecimal digits, other letters, each other character of ASCII, and beyond it spaces and the rest. Together all plain characters. */
    private static List<CodePoints> kinds() {
        List<CodePoints> kinds = new ArrayList<>(List.of(
                CodePoints.range('0', '9'),
                CodePoints.range('a', 'f'),
                CodePoints.range('g', 'z'),
                CodePoints.range('A', 'F'),
                CodePoints.range('G', 'Z')));
        for (int c = 0; c < 0x80; c++) {
            if (CHARACTERS.contains(c) && !Character.isLetterOrDigit(c)) {
                kinds.add(CodePoints.of(c));
            }
        }
        kinds.add(SPACES);
        kinds.add(
                CHARACTERS.and(CodePoints.range(0x80, Character.MAX_CODE_POINT)).without(SPACES));
        return List.copyOf(kinds);
    }

    /** The number of a character's kind, below 64. */
    static int kind(int codePoint) {
        return codePoint < 0x80 ? KINDS_OF_ASCII[codePoint] : search(codePoint);
    }

    private static int search(int codePoint) {
        for (int kind = KINDS.size() - 1; kind >= 0; kind--) {
            if (KINDS.get(kind).contains(codePoint)) {
                return kind;
            }
        }
        return NOT_PLAIN;
    }

    /**
     * Bits of kinds of which an expression matches each character alone.
     *
     * @param nullable the rules that derive the empty text
     */
    static long kinds(Expr expr, boolean[] nullable) {
        return switch (expr) {
            case Expr.Chars chars -> kinds(chars.set());
            case Expr.Choice choice -> kinds(choice.options(), nullable);
            case Expr.Sequence sequence -> {
                List<Expr> needed = sequence.parts().stream()
                        .filter(part -> !Trimming.nullable(part, nullable))
                        .toList();
                yield needed.isEmpty()
                        ? kinds(sequence.parts(), nullable)
                        : needed.size() == 1 ? kinds(needed.getFirst(), nullable) : 0;
            }
            default -> 0;
        };
    }

    private static long kinds(List<Expr> options, boolean[] nullable) {
        long kinds = 0;
        for (Expr option : options) {
            kinds |= kinds(option, nullable);
        }
        return kinds;
    }

    private static long kinds(CodePoints set) {
        long kinds = 0;
        for (int kind = 0; kind < KINDS.size(); kind++) {
            kinds |= set.containsAll(KINDS.get(kind)) ? 1L << kind : 0;
        }
        return kinds;
    }

    /** Whether each character of a kind leads from the stacks back to them. */
    static boolean keeps(Reader reader, Stacks stacks, int kind) {
        return SEQUENCES.get(kind).stream().allMatch(bytes -> keeps(reader, stacks, Set.of(stacks), bytes));
    }

    private static boolean keeps(Reader reader, Stacks stacks, Set<Stacks> begun, List<Utf8.Range> bytes) {
        Set<Stacks> at = begun;
        for (Utf8.Range range : bytes) {
            Set<Stacks> next = new HashSet<>();
            for (Stacks from : at) {
                for (int b = range.first(); b <= range.last(); b++) {
                    next.add(reader.step(from, b));
                }
            }
            at = next;
        }
        return at.equals(Set.of(stacks));
    }

    /**
     * Whether the expression matches each plain character, and nothing longer that begins with one.
     *
     * @param plain the plain characters that the vocabulary can write
     */
    static boolean isOneCharacter(Expr expr, CodePoints plain) {
        return switch (expr) {
            case Expr.Chars chars -> chars.set().containsAll(plain);
            case Expr.Choice choice -> isOneCharacter(choice.options(), plain);
            default -> false;
        };
    }

    private static boolean isOneCharacter(List<Expr> options, CodePoints plain) {
        return !options.isEmpty()
                && isOneCharacter(options.getFirst(), plain)
                && options.stream().skip(1).allMatch(PlainText::beginsWithoutPlain);
    }

    private static boolean beginsWithoutPlain(Expr expr) {
        return switch (expr) {
            case Expr.Text text ->
                !text.text().isEmpty() && !CHARACTERS.contains(text.text().codePointAt(0));
            case Expr.Sequence sequence ->
                !sequence.parts().isEmpty()
                        && beginsWithoutPlain(sequence.parts().getFirst());
            default -> false;
        };
    }
}
