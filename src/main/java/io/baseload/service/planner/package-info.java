/**
 * The capacity planner: a model's memory needs and best possible speed on a machine. Computes with the engine's description of a model and a machine; no Spring, SQL or HTTP, so
 * that the command line uses it too.
 */
@NullMarked
package io.baseload.service.planner;

import org.jspecify.annotations.NullMarked;
