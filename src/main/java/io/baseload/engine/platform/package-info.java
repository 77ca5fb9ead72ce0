/**
 * The operating system below the JDK: native calls (FFM), CPUs, priorities, memory.
 *
 * <p>The only room that links native functions; where the system has none of something, it says so or does without.
 */
@NullMarked
package io.baseload.engine.platform;

import org.jspecify.annotations.NullMarked;
