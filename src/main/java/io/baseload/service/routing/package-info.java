/**
 * The way from a request's model name to its target: aliases and swaps, backends, canaries. The start and the reconciler belong to it, because names and models are brought in line
 * with the database together: a name moves when its model answers, and a model leaves memory when no name needs it.
 */
@NullMarked
package io.baseload.service.routing;

import org.jspecify.annotations.NullMarked;
