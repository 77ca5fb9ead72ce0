/**
 * The capacity planner: what a model takes on a machine, and how fast it can be there. Arithmetic on what the engine says of a model and a machine; no Spring, no SQL, no HTTP, so that the
 * command line uses it, too.
 */
@NullMarked
package io.baseload.service.planner;

import org.jspecify.annotations.NullMarked;
