/**
 * The interface for using a model with text: messages or text in, events out.
 *
 * <p>Contains only data, interfaces, and collectors of events.
 */
@NullMarked
package io.baseload.chat.api;

import org.jspecify.annotations.NullMarked;
