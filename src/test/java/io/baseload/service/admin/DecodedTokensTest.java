package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class DecodedTokensTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final DecodedTokens tokens = new DecodedTokens(registry);

    @Test
    void tokensOfDeletedModelsStillCount() {
        assertThat(tokens.total()).isZero();
        Counter one = counter("one");
        one.increment(5);
        counter("other").increment(7);
        assertThat(tokens.total()).isEqualTo(12);
        registry.remove(one);
        assertThat(tokens.total()).isEqualTo(12);
        assertThat(tokens.of("one")).isZero();
        Counter again = counter("one");
        again.increment(2);
        assertThat(tokens.total()).isEqualTo(14);
        registry.remove(again);
        counter("one").increment();
        assertThat(tokens.total())
                .as("deleted and made again between two looks")
                .isEqualTo(15);
        assertThat(tokens.of("other")).isEqualTo(7);
    }

    private Counter counter(String model) {
        return Counter.builder("baseload.decoded_tokens")
                .tag("model_name", model)
                .register(registry);
    }
}
