/**
 * Tool calls and reasoning, read from what a model writes, and the forms in which families of models write them.
 *
 * <p>Everything here is driven char by char, so that an answer reads the same however it is cut into pieces.
 */
@NullMarked
package io.baseload.chat.tools;

import org.jspecify.annotations.NullMarked;
