/**
 * The one interface for asking a model in words: messages or text in, events out.
 *
 * <p>Only data and interfaces.
 */
@NullMarked
package io.baseload.chat.api;

import org.jspecify.annotations.NullMarked;
