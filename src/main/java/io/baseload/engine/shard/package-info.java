/**
 * Which slice of which weight lies with which shard, and how the slices are cut out of a model's weights.
 *
 * <p>No threads of its own, no equations: a shard of a model is a smaller model of the same kind, which {@code engine.model} computes like any other.
 */
@NullMarked
package io.baseload.engine.shard;

import org.jspecify.annotations.NullMarked;
