/**
 * Tool calls and reasoning: parsed from the model's output, in the formats of the model families.
 *
 * <p>Everything here works character by character, so that the result doesn't depend on how an answer is split into pieces.
 */
@NullMarked
package io.baseload.chat.tools;

import org.jspecify.annotations.NullMarked;
