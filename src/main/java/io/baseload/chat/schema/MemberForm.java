package io.baseload.chat.schema;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;

/** The form of an object's members if they aren't written as JSON. Their values are JSON, except possibly texts. */
public interface MemberForm {
    Expr member(Expr name, Expr value);

    /** The text between a member and the next. */
    Expr between();

    /** The characters of names; a name with another one can't be written. */
    CodePoints nameCharacters();

    /** Whether values that can only be texts are written verbatim instead of as JSON strings. */
    boolean hasRawTexts();

    /** A verbatim text of a language of characters, including the marks at its ends. */
    Expr rawText(Expr language);
}
