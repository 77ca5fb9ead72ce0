/**
 * Where model files lie in a form that the engine can map: a file is checked once, found by its content, and never changed afterwards.
 *
 * <p>No SQL, no names that users give.
 */
@NullMarked
package io.baseload.engine.store;

import org.jspecify.annotations.NullMarked;
