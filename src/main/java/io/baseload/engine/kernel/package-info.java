/**
 * The arithmetic of a step: linear layers, norms, rotary embedding, attention. A scalar twin defines each kernel, a vector twin is fast.
 *
 * <p>Callers reach the twins through {@code Kernels} alone. No models, no threads: a kernel computes the slice that it is given.
 */
@NullMarked
package io.baseload.engine.kernel;

import org.jspecify.annotations.NullMarked;
