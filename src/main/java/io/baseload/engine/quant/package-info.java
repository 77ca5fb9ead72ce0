/**
 * Number formats: for each one the scalar definition of its blocks, and how they are packed into panels.
 *
 * <p>Knows bytes, not files: no names, offsets or models.
 */
@NullMarked
package io.baseload.engine.quant;

import org.jspecify.annotations.NullMarked;
