/**
 * The implementation of {@code engine.api}, and the only room that assembles the others: it opens files, builds models and starts teams.
 *
 * <p>No other room of the engine may use it.
 */
@NullMarked
package io.baseload.engine.runtime;

import org.jspecify.annotations.NullMarked;
