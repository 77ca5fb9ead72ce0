/**
 * The executable service: main, wiring, banner, the bundled model, health.
 */
@NullMarked
package io.baseload.service.app;

import org.jspecify.annotations.NullMarked;
