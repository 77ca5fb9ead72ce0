/**
 * The assignment of slices of weights to shards, and the cutting of a model's weights.
 *
 * <p>There are no threads and no equations here: a shard of a model is a smaller model of the same kind, which {@code engine.model} computes like any other.
 */
@NullMarked
package io.baseload.engine.shard;

import org.jspecify.annotations.NullMarked;
