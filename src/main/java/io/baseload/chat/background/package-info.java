/** Runs the long computations of the chat layer in turns, away from the threads of requests. */
@NullMarked
package io.baseload.chat.background;

import org.jspecify.annotations.NullMarked;
