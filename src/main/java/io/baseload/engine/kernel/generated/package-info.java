/** Kernels that {@code src/build/GenerateKernels.java} writes, one method for each number of rows and streams. Nothing else may be in here; {@code verify} checks that. */
@NullMarked
package io.baseload.engine.kernel.generated;

import org.jspecify.annotations.NullMarked;
