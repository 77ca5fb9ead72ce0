package io.baseload.testcontainers;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/** Where a Baseload answers. As a bean it goes before {@code spring.ai.openai.base-url} and {@code spring.ai.openai.api-key}. */
public interface BaseloadConnectionDetails extends ConnectionDetails {

    /** Where OpenAI's protocol begins: {@code http://HOST:PORT/v1}. */
    String baseUrl();

    /** A key of the service. */
    String apiKey();
}
