/** The common parts of vector kernels: the machine's vectors, reading of scales, and rows quantized for integer products. The kernels are in the packages that use it. */
@NullMarked
package io.baseload.engine.kernel.lanes;

import org.jspecify.annotations.NullMarked;
