package io.baseload.chat.completion;

import io.baseload.chat.tools.AnswerFormat;

/**
 * What a generation starts from.
 *
 * @param text what an echo shows
 * @param format how the answer is read
 */
record Prompt(int[] tokens, String text, AnswerFormat format) {}
