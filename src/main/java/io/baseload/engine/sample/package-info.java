/**
 * Logits to a token: masks of allowed tokens, penalties, temperature, top-k, top-p, min-p, seeds and log-probabilities.
 *
 * <p>Knows one row of logits at a time; no text and no models.
 */
@NullMarked
package io.baseload.engine.sample;

import org.jspecify.annotations.NullMarked;
