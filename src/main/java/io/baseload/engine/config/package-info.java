/**
 * The hyperparameters of a model, read from a file's metadata. What changes the result and is not supported is refused by name.
 *
 * <p>Plain records, read by kv and model.
 */
@NullMarked
package io.baseload.engine.config;

import org.jspecify.annotations.NullMarked;
