/**
 * The families of models: each says what its checkpoints' keys mean and where its weights are in them; {@link io.baseload.engine.architecture.Architectures} lists
 * them.
 *
 * <p>No arithmetic of a step: that is put together in {@code engine.model} from what a family says.
 */
@NullMarked
package io.baseload.engine.architecture;

import org.jspecify.annotations.NullMarked;
