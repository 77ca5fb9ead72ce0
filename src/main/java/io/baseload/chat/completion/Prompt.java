package io.baseload.chat.completion;

import io.baseload.chat.format.AnswerFormat;

/**
 * The start of a generation.
 *
 * @param text the text for an echo
 * @param format how the answer is parsed
 */
record Prompt(int[] tokens, String text, AnswerFormat format) {}
