/**
 * The time spent in steps, counted by the workers themselves, and the highest possible rates of this machine.
 *
 * <p>It depends on workers and kernels, not on models.
 */
@NullMarked
package io.baseload.engine.profile;

import org.jspecify.annotations.NullMarked;
