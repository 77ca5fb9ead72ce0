/**
 * Which rows the next step computes: continuous batching, chunked prefill, admission by KV memory, cancellation, a bounded queue.
 *
 * <p>No arithmetic; it drives a model through one interface.
 */
@NullMarked
package io.baseload.engine.schedule;

import org.jspecify.annotations.NullMarked;
