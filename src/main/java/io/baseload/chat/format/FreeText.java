package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Text in which {@link MarkedReader} and {@link ParameterCallReader} find no call of a strict tool, and {@link ReasoningReader} finds nothing to remove: it contains no mark of a call and, if calls
 * need no mark, a text that begins as JSON contains no string with such a tool's name.
 */
final class FreeText {
    private static final Expr BLANKS = Expr.any(new Expr.Chars(CodePoints.matching(Character::isWhitespace)));

    private FreeText() {}

    static Expr of(CallFormat calls, Optional<ReasoningFormat> reasoning, List<ToolSpec> strict, MarkedText text) {
        List<ByteAutomaton.Part> parts = new ArrayList<>(text.lacking(calls.startMarks()));
        reasoning.ifPresent(thoughts -> {
            parts.addAll(text.lacking(thoughts.wrappers()));
            text.spelled(List.of(thoughts.open()))
                    .forEach(open -> parts.add(text.notBeginning(Expr.sequence(BLANKS, Expr.text(open)))));
        });
        if (calls.bare()) {
            parts.add(new UnnamedJson(strict.stream().map(ToolSpec::name).collect(Collectors.toSet())));
        }
        return text.all(parts);
    }
}
