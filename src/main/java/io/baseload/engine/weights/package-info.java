/**
 * The origin of a model's weights: implementations of {@code Weights} pack a checkpoint's, map those of an imported model, compute a plan, or write an import.
 *
 * <p>There are no equations here: a weight's purpose is only in its name.
 */
@NullMarked
package io.baseload.engine.weights;

import org.jspecify.annotations.NullMarked;
