/**
 * The only assembler: opens files, builds models, starts teams, and answers {@code engine.api}.
 *
 * <p>Nothing below may reach up to it.
 */
@NullMarked
package io.baseload.engine.runtime;

import org.jspecify.annotations.NullMarked;
