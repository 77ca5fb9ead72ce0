/**
 * The hyperparameters of a model, read from a file's metadata. Any unsupported key that changes the result is refused by name.
 *
 * <p>Plain records, read by kv and model.
 */
@NullMarked
package io.baseload.engine.config;

import org.jspecify.annotations.NullMarked;
