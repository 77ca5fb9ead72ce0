/**
 * The state of sequences between steps: pages of keys and values, and who owns them.
 *
 * <p>No arithmetic and no scheduling.
 */
@NullMarked
package io.baseload.engine.kv;

import org.jspecify.annotations.NullMarked;
