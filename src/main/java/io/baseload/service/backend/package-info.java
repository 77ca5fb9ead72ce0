/**
 * Asks engines elsewhere by OpenAI's chat completions, over HTTP: a {@code Completions} whose answers are computed by somebody else. How they are reached, which
 * addresses are allowed, how they feel. Neither tenants nor tables.
 *
 * <p>The client is the JDK's own. Spring's RestClient over it reads an answer to its end before it closes it; here closing is how a request is cancelled.
 */
@NullMarked
package io.baseload.service.backend;

import org.jspecify.annotations.NullMarked;
