/**
 * The OpenAI-compatible HTTP interface below {@code /v1}.
 */
@NullMarked
package io.baseload.service.openai;

import org.jspecify.annotations.NullMarked;
