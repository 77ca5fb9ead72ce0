/** Kernels written by {@code src/build/GenerateKernels.java}, one method for each number of rows and streams. The package must contain nothing else; {@code verify} checks that. */
@NullMarked
package io.baseload.engine.kernel.generated;

import org.jspecify.annotations.NullMarked;
