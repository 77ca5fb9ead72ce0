/**
 * Remote engines, called through OpenAI's protocol over HTTP: a {@code Completions} whose answers are computed elsewhere, and an {@code Encodings} whose vectors are. Covers
 * connections, allowed addresses and health. Knows neither tenants nor tables.
 *
 * <p>The client is the JDK's own. Spring's RestClient on top of it reads an answer to its end before closing it; here, closing is how a request is cancelled.
 */
@NullMarked
package io.baseload.service.backend;

import org.jspecify.annotations.NullMarked;
