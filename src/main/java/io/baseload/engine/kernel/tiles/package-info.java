/** Products of weights of 4 or 8 bits and 8-bit rows in machine code. */
@NullMarked
package io.baseload.engine.kernel.tiles;

import org.jspecify.annotations.NullMarked;
