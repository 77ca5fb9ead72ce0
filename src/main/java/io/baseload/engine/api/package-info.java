/**
 * The engine's public interface: open an engine, load a model, generate tokens.
 *
 * <p>Only data and interfaces. No file formats, no threads, no arithmetic; nothing here depends on another package of the project but {@code engine.platform}.
 */
@NullMarked
package io.baseload.engine.api;

import org.jspecify.annotations.NullMarked;
