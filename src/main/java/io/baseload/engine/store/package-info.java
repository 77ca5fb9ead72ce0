/**
 * Storage of models in a form that the engine can map: a model is checked once, found by its content, and never changed afterwards.
 *
 * <p>There is no SQL here, and there are no names given by users.
 */
@NullMarked
package io.baseload.engine.store;

import org.jspecify.annotations.NullMarked;
