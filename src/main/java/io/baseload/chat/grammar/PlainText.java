package io.baseload.chat.grammar;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Plain characters: all except controls, the quotation mark and the backslash. A run of them reads the same inside any JSON string. */
final class PlainText {
    static final CodePoints CHARACTERS =
            CodePoints.range(' ', Character.MAX_CODE_POINT).without(CodePoints.of("\"\\"));

    private static final List<Utf8.Bytes> SEQUENCES = Utf8.sequences(CHARACTERS);

    private PlainText() {}

    /** Whether each plain character leads from the stacks back to them. */
    @SuppressWarnings("ReferenceEquality") // equal ones are identical
    static boolean keeps(Reader reader, Stacks stacks) {
        return reader.step(stacks, 'e') == stacks
                && SEQUENCES.stream().allMatch(bytes -> keeps(reader, stacks, Set.of(stacks), bytes));
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean keeps(Reader reader, Stacks stacks, Set<Stacks> begun, Utf8.Bytes bytes) {
        Set<Stacks> at = begun;
        for (int i = 0; i < bytes.length(); i++) {
            Set<Stacks> next = new HashSet<>();
            for (Stacks from : at) {
                for (int b = bytes.first()[i]; b <= bytes.last()[i]; b++) {
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
