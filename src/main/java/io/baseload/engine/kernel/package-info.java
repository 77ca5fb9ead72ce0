/**
 * The arithmetic of a step: linear layers, norms, rotary embedding, attention. Each kernel has two implementations: a scalar one, which defines the result, and a fast one with vectors.
 *
 * <p>Callers use both only through {@code Kernels}. There are no models and no threads here: a kernel computes the given slice.
 */
@NullMarked
package io.baseload.engine.kernel;

import org.jspecify.annotations.NullMarked;
