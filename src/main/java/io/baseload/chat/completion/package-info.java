/**
 * Combines template, tokenizer, generation and stop texts. Implements {@code chat.api}.
 */
@NullMarked
package io.baseload.chat.completion;

import org.jspecify.annotations.NullMarked;
