package io.baseload.chat.format;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.schema.MemberForm;
import java.util.ArrayList;
import java.util.List;

/** The grammar of arguments in a {@link ParameterSyntax}, which {@link ParameterCallReader} reads. */
final class ParameterGrammar implements MemberForm {
    private static final CodePoints MARK_BEGINS = CodePoints.of("<]");

    private final ParameterSyntax syntax;
    private final List<String> lines;
    private final MarkedText text;

    /** @param lines beginnings of lines that a text can't contain */
    ParameterGrammar(ParameterSyntax syntax, List<String> lines, MarkedText text) {
        this.syntax = syntax;
        this.lines = lines;
        this.text = text;
    }

    @Override
    public Expr member(Expr name, Expr value) {
        return Expr.sequence(
                text.written(syntax.beforeName()),
                name,
                text.written(syntax.beforeValue()),
                value,
                text.written(syntax.afterValue()));
    }

    @Override
    public Expr between() {
        return text.written(syntax.between());
    }

    @Override
    public CodePoints nameCharacters() {
        return syntax.values().nameCharacters();
    }

    @Override
    public boolean hasRawTexts() {
        return syntax.values() == ParameterSyntax.Values.TEXTS || syntax.hasQuotes();
    }

    @Override
    public Expr rawText(Expr language) {
        if (syntax.hasQuotes()) {
            return quoted(language);
        }
        Expr plain = lacking(language, marks());
        return syntax.openText().isEmpty() ? plain : Expr.choice(plain, quoted(language));
    }

    private Expr quoted(Expr language) {
        return Expr.sequence(
                text.written(syntax.openText()),
                lacking(language, List.of(syntax.closeText())),
                text.written(syntax.closeText()));
    }

    /** The marks that end a text without special marks, and texts that would be read as such. */
    private List<String> marks() {
        List<String> marks = new ArrayList<>(lines);
        marks.add(syntax.afterValue().strip());
        if (!syntax.openText().isEmpty()) {
            marks.add(syntax.openText());
        }
        return marks;
    }

    /** If characters are counted, those that begin marks are excluded, because counting and looking for marks together would need a state for each pair. */
    private Expr lacking(Expr language, List<String> marks) {
        if (language instanceof Expr.Repeat(Expr.Chars(CodePoints set), int min, int max)
                && (min > 0 || max < Expr.UNBOUNDED)) {
            return new Expr.Repeat(new Expr.Chars(set.without(MARK_BEGINS)), min, max);
        }
        List<ByteAutomaton.Part> parts = new ArrayList<>(text.lacking(marks));
        parts.add(text.matching(language));
        return text.all(parts);
    }

    /** Any arguments whose values are texts. */
    Expr any() {
        Expr name = new Expr.Repeat(new Expr.Chars(nameCharacters()), 1, Expr.UNBOUNDED);
        return Expr.any(member(name, rawText(MarkedText.ANYTHING)));
    }
}
