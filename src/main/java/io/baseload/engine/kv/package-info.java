/**
 * The state of sequences between steps: pages of keys and values, what lies where in them, and who owns them.
 *
 * <p>No arithmetic beyond addressing and rounding, and no scheduling.
 */
@NullMarked
package io.baseload.engine.kv;

import org.jspecify.annotations.NullMarked;
