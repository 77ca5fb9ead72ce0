/**
 * OpenAI's Responses, {@code POST /v1/responses}: a translation of its items and events to and from conversations, which may
 * continue stored ones.
 */
@NullMarked
package io.baseload.service.responses;

import org.jspecify.annotations.NullMarked;
