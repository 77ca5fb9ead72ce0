/**
 * The model families: each defines the meaning of its configuration keys and the places of its weights in checkpoints; {@link io.baseload.engine.architecture.Architectures} lists
 * them.
 *
 * <p>There is no arithmetic here: {@code engine.model} assembles the computation of a step from a family's configuration.
 */
@NullMarked
package io.baseload.engine.architecture;

import org.jspecify.annotations.NullMarked;
