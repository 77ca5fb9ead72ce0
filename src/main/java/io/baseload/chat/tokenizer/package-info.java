/**
 * Text to tokens and tokens to bytes, with the model file's own vocabulary.
 */
@NullMarked
package io.baseload.chat.tokenizer;

import org.jspecify.annotations.NullMarked;
