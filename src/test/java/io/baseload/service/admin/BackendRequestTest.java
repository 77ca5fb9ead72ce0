package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.backend.Backend;
import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendRequestTest {
    private static final Backend BEFORE = new Backend(
            "openai",
            URI.create("https://api.example.com/v1"),
            new Secret.Stored("sealed", "backend/openai"),
            List.of(),
            new Backend.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 1, "max_tokens", true),
            Instant.EPOCH);

    @Test
    void aStoredKeyStaysWithItsServer() {
        for (String elsewhere :
                List.of("http://gpu-1:8000/v1", "https://api.example.com:8443/v1", "http://api.example.com/v1")) {
            assertThatThrownBy(() -> change(elsewhere, null, null))
                    .as(elsewhere)
                    .hasMessageContaining("The stored key is for another server");
            assertThat(change(elsewhere, "another", null).secret()).isEqualTo(new Secret.Given("another"));
            assertThat(change(elsewhere, "", null).secret()).isEqualTo(new Secret.None());
            assertThat(change(elsewhere, null, "GPU_KEY").secret()).isEqualTo(new Secret.Environment("GPU_KEY"));
        }
        assertThat(change("https://API.example.com:443/v2", null, null).secret())
                .as("the same server")
                .isEqualTo(BEFORE.secret());
        assertThat(change(null, null, null)).isEqualTo(BEFORE);
    }

    private static Backend change(@Nullable String url, @Nullable String key, @Nullable String variable) {
        return new BackendRequest(null, url, key, variable, null, null, null, null, null, null, null)
                .over(BEFORE, URI::create);
    }
}
