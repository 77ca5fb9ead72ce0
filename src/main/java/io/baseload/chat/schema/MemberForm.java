package io.baseload.chat.schema;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;

/** How the members of an object are written where that isn't JSON; their values are JSON, except texts perhaps. */
public interface MemberForm {
    Expr member(Expr name, Expr value);

    /** What stands between a member and the next. */
    Expr between();

    /** The characters that names can have; what has another can't be written. */
    CodePoints nameCharacters();

    /** Whether values that can be nothing but texts are written as they are, and not as JSON strings. */
    boolean hasRawTexts();

    /** A raw text of a language of characters, with what marks its ends. */
    Expr rawText(Expr language);
}
