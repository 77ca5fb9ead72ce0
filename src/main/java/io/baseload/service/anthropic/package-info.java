/**
 * Anthropic's Messages, {@code POST /v1/messages}: a translation of its blocks and events to and from conversations.
 */
@NullMarked
package io.baseload.service.anthropic;

import org.jspecify.annotations.NullMarked;
