/**
 * The state of sequences between steps: pages of keys and values, their layout, and their owners.
 *
 * <p>No arithmetic beyond addressing and rounding, and no scheduling.
 */
@NullMarked
package io.baseload.engine.kv;

import org.jspecify.annotations.NullMarked;
