/**
 * Spans of requests. They are made only where an OTLP endpoint is configured; elsewhere everything here does nothing. What a request says and is answered is never part of a
 * span unless the configuration says so.
 */
@NullMarked
package io.baseload.service.tracing;

import org.jspecify.annotations.NullMarked;
