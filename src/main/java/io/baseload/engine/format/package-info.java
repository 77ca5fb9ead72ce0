/**
 * Readers of model files. Every count, length and offset is checked before it is used; a bad file is refused with its path, the offset and the expected content.
 *
 * <p>Turns bytes into metadata and tensor views. No arithmetic on weights, no model structure.
 */
@NullMarked
package io.baseload.engine.format;

import org.jspecify.annotations.NullMarked;
