/**
 * Shapes, element types, off-heap memory and packed weight panels.
 *
 * <p>No file formats and no arithmetic beyond addressing.
 */
@NullMarked
package io.baseload.engine.tensor;

import org.jspecify.annotations.NullMarked;
