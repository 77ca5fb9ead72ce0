/**
 * Logits to a token: masks of allowed tokens, penalties, temperature, top-k, top-p, min-p, seeds and log-probabilities.
 *
 * <p>It works on one row of logits at a time; there are no texts and no models.
 */
@NullMarked
package io.baseload.engine.sample;

import org.jspecify.annotations.NullMarked;
