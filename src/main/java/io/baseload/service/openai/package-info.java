/**
 * The OpenAI-compatible HTTP API below {@code /v1}.
 */
@NullMarked
package io.baseload.service.openai;

import org.jspecify.annotations.NullMarked;
