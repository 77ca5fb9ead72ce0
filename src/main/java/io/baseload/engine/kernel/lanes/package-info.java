/** What vector kernels share: the machine's vectors, scales read by them, and rows quantized for integer products. Kernels themselves stand above it. */
@NullMarked
package io.baseload.engine.kernel.lanes;

import org.jspecify.annotations.NullMarked;
