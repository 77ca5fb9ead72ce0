package io.baseload.chat.schema;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;

/** The texts of a value: the white space between their parts, and the members of objects. */
public enum Layout {
    /**
     * At most one space after a comma or a colon, so that a model can't write white space without end. Members come in the order of the schema; others come only if the schema asks
     * for them.
     */
    TIGHT(false) {
        @Override
        Expr space(boolean afterSeparator) {
            return Layout.oneSpace(afterSeparator);
        }
    },
    /** White space as {@link #TIGHT}. Members come in any order, and there may be any that the schema doesn't forbid. */
    OPEN(true) {
        @Override
        Expr space(boolean afterSeparator) {
            return Layout.oneSpace(afterSeparator);
        }
    },
    /** Any white space wherever JSON allows it, and members as {@link #OPEN}. */
    FREE(true) {
        @Override
        Expr space(boolean afterSeparator) {
            return Expr.any(new Expr.Chars(CodePoints.of(" \t\n\r")));
        }
    };

    /** Whether objects have members in any order, and any that the schema doesn't forbid. */
    final boolean open;

    Layout(boolean open) {
        this.open = open;
    }

    abstract Expr space(boolean afterSeparator);

    private static Expr oneSpace(boolean afterSeparator) {
        return afterSeparator ? Expr.optional(Expr.text(" ")) : Expr.empty();
    }

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
