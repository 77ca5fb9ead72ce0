/** Products of 4-bit weights and 8-bit rows in machine code. */
@NullMarked
package io.baseload.engine.kernel.tiles;

import org.jspecify.annotations.NullMarked;
