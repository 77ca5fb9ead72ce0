/**
 * Languages that an answer may be held to: grammars over code points, compiled to automata that read bytes, and the masks of tokens that follow from them.
 * Front ends: regular expressions and GBNF; JSON schemas have a room of their own.
 *
 * <p>Knows a vocabulary's bytes; no models and no requests.
 */
@NullMarked
package io.baseload.chat.grammar;

import org.jspecify.annotations.NullMarked;
