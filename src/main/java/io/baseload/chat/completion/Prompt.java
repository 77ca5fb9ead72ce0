package io.baseload.chat.completion;

/**
 * What a generation starts from.
 *
 * @param text what an echo shows
 */
record Prompt(int[] tokens, String text) {}
