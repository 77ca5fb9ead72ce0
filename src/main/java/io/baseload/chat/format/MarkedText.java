package io.baseload.chat.format;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.RegularPart;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** Expressions for texts with marks: marks that are special tokens are represented by their ids. */
final class MarkedText {
    /** Texts without special tokens. */
    static final Expr ANYTHING = Expr.any(new Expr.Chars(CodePoints.ALL));

    private final Function<String, OptionalInt> tokens;
    private final CodePoints writable;
    private final Effort effort = Effort.ofOneSchema();
    private final List<String> special;

    /**
     * @param tokens the id of the special token with a text
     * @param writable the characters that the vocabulary can write
     */
    MarkedText(List<String> marks, Function<String, OptionalInt> tokens, CodePoints writable) {
        this.tokens = tokens;
        this.writable = writable;
        this.special =
                marks.stream().filter(mark -> tokens.apply(mark).isPresent()).toList();
    }

    /** A text with its marks. */
    Expr written(String text) {
        List<Expr> parts = new ArrayList<>();
        int at = 0;
        int plain = 0;
        while (at < text.length()) {
            String mark = markAt(text, at);
            if (mark.isEmpty()) {
                at++;
                continue;
            }
            parts.add(Expr.text(text.substring(plain, at)));
            parts.add(new Expr.Token(tokens.apply(mark).orElseThrow()));
            at += mark.length();
            plain = at;
        }
        parts.add(Expr.text(text.substring(plain)));
        return new Expr.Sequence(parts);
    }

    private String markAt(String text, int at) {
        return special.stream()
                .filter(mark -> text.startsWith(mark, at))
                .findFirst()
                .orElse("");
    }

    /** The marks that are text, because they aren't special tokens. */
    List<String> spelled(List<String> marks) {
        return marks.stream().filter(mark -> !special.contains(mark)).toList();
    }

    /** Texts without these marks, as one part for each mark. */
    List<ByteAutomaton.Part> lacking(List<String> marks) {
        return spelled(marks).stream()
                .map(mark -> notBeginning(Expr.sequence(ANYTHING, Expr.text(mark))))
                .toList();
    }

    /** Texts of a language without rules. */
    ByteAutomaton.Part matching(Expr language) {
        return RegularPart.of(language, writable, effort);
    }

    /** Texts that don't begin like this. */
    ByteAutomaton.Part notBeginning(Expr beginning) {
        return RegularPart.of(Expr.sequence(beginning, ANYTHING), writable, effort)
                .not();
    }

    /** Text without special tokens that all these parts accept. */
    Expr all(List<ByteAutomaton.Part> parts) {
        if (parts.isEmpty()) {
            return ANYTHING;
        }
        List<ByteAutomaton.Part> all = new ArrayList<>(parts);
        all.add(RegularPart.of(ANYTHING, writable, effort));
        return new Expr.Bytes(ByteAutomaton.intersection(all, effort));
    }
}
