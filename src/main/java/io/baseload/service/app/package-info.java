/**
 * The executable service: main class, wiring, bundled model, health.
 */
@NullMarked
package io.baseload.service.app;

import org.jspecify.annotations.NullMarked;
