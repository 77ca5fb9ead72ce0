/**
 * Where the time of a step goes, counted by the workers themselves, and what this machine could do at best.
 *
 * <p>Knows workers and kernels; knows nothing of models.
 */
@NullMarked
package io.baseload.engine.profile;

import org.jspecify.annotations.NullMarked;
