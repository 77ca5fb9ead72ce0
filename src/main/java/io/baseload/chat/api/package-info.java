/**
 * The one interface for asking a model in words: messages or text in, events out.
 *
 * <p>Only data, interfaces, and what gathers events.
 */
@NullMarked
package io.baseload.chat.api;

import org.jspecify.annotations.NullMarked;
