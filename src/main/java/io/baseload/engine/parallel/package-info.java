/**
 * Teams of worker threads that run a step together, with barriers between its operators.
 *
 * <p>Knows CPUs and threads; knows nothing of models or numbers.
 */
@NullMarked
package io.baseload.engine.parallel;

import org.jspecify.annotations.NullMarked;
