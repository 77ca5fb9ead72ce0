/**
 * Anthropic's Messages, {@code POST /v1/messages}: translates blocks and events to and from conversations.
 */
@NullMarked
package io.baseload.service.anthropic;

import org.jspecify.annotations.NullMarked;
