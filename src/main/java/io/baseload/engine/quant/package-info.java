/**
 * Number formats: the scalar definition of each format's blocks, and their packing into panels.
 *
 * <p>It works on bytes, not files: there are no names, offsets or models.
 */
@NullMarked
package io.baseload.engine.quant;

import org.jspecify.annotations.NullMarked;
