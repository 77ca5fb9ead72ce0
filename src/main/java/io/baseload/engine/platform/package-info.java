/**
 * The operating system below the JDK: native calls (FFM), CPUs, priorities, memory.
 *
 * <p>The only room that links native functions. If a system lacks one, the operation has no effect or reports that.
 */
@NullMarked
package io.baseload.engine.platform;

import org.jspecify.annotations.NullMarked;
