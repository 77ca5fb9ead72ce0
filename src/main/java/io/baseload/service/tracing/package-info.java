/**
 * Spans of requests. They are created only if an OTLP endpoint is configured; otherwise everything here does nothing. Prompts and answers are never part of a span unless the
 * configuration asks for it.
 */
@NullMarked
package io.baseload.service.tracing;

import org.jspecify.annotations.NullMarked;
