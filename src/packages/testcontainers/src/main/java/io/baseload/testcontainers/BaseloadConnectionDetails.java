package io.baseload.testcontainers;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/** The address of a Baseload service, and a key. As a bean it takes precedence over {@code spring.ai.openai.base-url} and {@code spring.ai.openai.api-key}. */
public interface BaseloadConnectionDetails extends ConnectionDetails {

    /** The base URL of OpenAI's protocol: {@code http://HOST:PORT/v1}. */
    String baseUrl();

    /** A key of the service. */
    String apiKey();
}
