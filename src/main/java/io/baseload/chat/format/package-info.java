/**
 * The formats of the model families' answers: text, tool calls and reasoning. A format is data, from which the room derives the reader of an answer, the grammar of valid answers, and the
 * writer of past calls in a prompt.
 *
 * <p>Readers work character by character, so that the result doesn't depend on how an answer is split into pieces.
 */
@NullMarked
package io.baseload.chat.format;

import org.jspecify.annotations.NullMarked;
