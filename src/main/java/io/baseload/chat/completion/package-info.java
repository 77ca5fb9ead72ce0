/**
 * Puts the words together: template, tokenizer, generation, stop texts. Answers {@code chat.api}.
 */
@NullMarked
package io.baseload.chat.completion;

import org.jspecify.annotations.NullMarked;
