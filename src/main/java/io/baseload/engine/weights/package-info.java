/**
 * Where a model's weights come from: who answers a family's questions for them packs a checkpoint's, maps those of our store, plans, or writes an import.
 *
 * <p>No equations: what a weight is for, only its name says.
 */
@NullMarked
package io.baseload.engine.weights;

import org.jspecify.annotations.NullMarked;
