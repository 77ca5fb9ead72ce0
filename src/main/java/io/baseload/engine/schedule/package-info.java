/**
 * The choice of rows for the next step: continuous batching, chunked prefill, admission by KV memory, cancellation, a bounded queue.
 *
 * <p>There is no arithmetic here; it runs a model through one interface.
 */
@NullMarked
package io.baseload.engine.schedule;

import org.jspecify.annotations.NullMarked;
