package io.baseload.chat.schema;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;

/** The allowed white space between the parts of a JSON text. */
public enum Layout {
    /** At most one space after a comma or a colon, so that a model can't write white space without end. */
    TIGHT {
        @Override
        Expr space(boolean afterSeparator) {
            return afterSeparator ? Expr.optional(Expr.text(" ")) : Expr.empty();
        }
    },
    /** Any, wherever JSON allows it. */
    FREE {
        @Override
        Expr space(boolean afterSeparator) {
            return Expr.any(new Expr.Chars(CodePoints.of(" \t\n\r")));
        }
    };

    abstract Expr space(boolean afterSeparator);

    /** A bracket or brace that opens. */
    Expr open(String bracket) {
        return Expr.sequence(Expr.text(bracket), space(false));
    }

    Expr close(String bracket) {
        return Expr.sequence(space(false), Expr.text(bracket));
    }

    Expr comma() {
        return Expr.sequence(space(false), Expr.text(","), space(true));
    }

    Expr colon() {
        return Expr.sequence(space(false), Expr.text(":"), space(true));
    }

    /** A whole text. */
    Expr around(Expr value) {
        return Expr.sequence(space(false), value, space(false));
    }
}
