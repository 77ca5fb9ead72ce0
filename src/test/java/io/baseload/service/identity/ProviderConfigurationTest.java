package io.baseload.service.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.outbound.BoundedHttp;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.AuthenticationServiceException;
import tools.jackson.databind.json.JsonMapper;

/** A provider's configuration, read over HTTP. */
class ProviderConfigurationTest {
    private static final String PATH = "/.well-known/openid-configuration";
    private static final List<String> ADDRESSES =
            List.of(ProviderConfiguration.KEYS, ProviderConfiguration.AUTHORIZATION, ProviderConfiguration.TOKENS);
    private static final String KEYS = ProviderConfiguration.KEYS;
    private static final URI FIRST = URI.create("https://login.example.com/first");
    private static final URI SECOND = URI.create("https://login.example.com/second");

    private FileServer provider;
    private ProviderConfiguration configuration;
    private volatile Instant now = Instant.EPOCH;

    @BeforeEach
    void start() throws IOException {
        provider = new FileServer("127.0.0.1");
        var http = new BoundedHttp(HttpClient.newHttpClient(), Patience.LIMIT, 1 << 20);
        configuration = new ProviderConfiguration(URI.create(provider.url()), ADDRESSES, http, () -> now);
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    /** From now on all addresses are this one, but for those that are given. */
    private void publish(URI all, Map<String, String> others) {
        var content = new HashMap<String, String>(Map.of("issuer", provider.url()));
        ADDRESSES.forEach(name -> content.put(name, all.toString()));
        content.putAll(others);
        provider.put(PATH, new JsonMapper().writeValueAsString(content));
    }

    private void away() {
        provider.on(PATH, new FileServer.Entry.Status(503, Map.of()));
    }

    private int asked() {
        return provider.requests(PATH).size();
    }

    private void assertNone() {
        assertThatThrownBy(() -> configuration.location(KEYS)).isInstanceOf(AuthenticationServiceException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {ProviderConfiguration.KEYS, ProviderConfiguration.AUTHORIZATION, ProviderConfiguration.TOKENS})
    void isNotKeptIfARequiredAddressIsInsecureOrMissing(String name) {
        for (String wrong : List.of("http://login.example.com/", "", "no address")) {
            publish(FIRST, Map.of(name, wrong));
            assertNone();
            now = now.plus(ProviderConfiguration.AFTER_FAILURE);
        }
        publish(FIRST, Map.of());
        assertThat(configuration.location(name)).isEqualTo(FIRST);
    }

    @Test
    void anAddressThatIsNotRequiredMayBeMissing() {
        publish(FIRST, Map.of("end_session_endpoint", "http://login.example.com/"));
        assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
        assertThat(configuration.find("end_session_endpoint")).isEmpty();
        assertThat(configuration.find("userinfo_endpoint")).isEmpty();
    }

    @Test
    void isReadAgainAfterMinutesAndStaysWhileTheProviderIsAway() {
        publish(FIRST, Map.of());
        assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
        publish(SECOND, Map.of());
        assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
        now = now.plus(ProviderConfiguration.KEPT);
        assertThat(configuration.location(KEYS)).isEqualTo(SECOND);
        away();
        now = now.plus(ProviderConfiguration.KEPT);
        assertThat(configuration.location(KEYS)).isEqualTo(SECOND);
        publish(FIRST, Map.of(KEYS, "http://login.example.com/"));
        now = now.plus(ProviderConfiguration.AFTER_FAILURE);
        assertThat(configuration.location(KEYS)).isEqualTo(SECOND);
        publish(FIRST, Map.of());
        now = now.plus(ProviderConfiguration.AFTER_FAILURE);
        assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
        assertThat(asked()).isEqualTo(5);
    }

    @Test
    void afterAFailureTheProviderIsLeftAloneForSeconds() {
        away();
        IntStream.range(0, 10).forEach(_ -> assertNone());
        assertThat(asked()).isOne();
        publish(FIRST, Map.of());
        now = now.plus(ProviderConfiguration.AFTER_FAILURE);
        assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void oneReadsForAll() throws Exception {
        publish(FIRST, Map.of());
        var open = new CountDownLatch(1);
        closeUntil(open);
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<URI>> read = IntStream.range(0, 8)
                    .mapToObj(_ -> readers.submit(() -> configuration.location(KEYS)))
                    .toList();
            Patience.await().until(() -> asked() > 0);
            open.countDown();
            for (Future<URI> location : read) {
                assertThat(location.get()).isEqualTo(FIRST);
            }
        }
        assertThat(asked()).isOne();
    }

    @Test
    void whileOneReadsAgainTheOthersUseTheLast() throws Exception {
        publish(FIRST, Map.of());
        assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
        publish(SECOND, Map.of());
        now = now.plus(ProviderConfiguration.KEPT);
        var open = new CountDownLatch(1);
        closeUntil(open);
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<URI> again = readers.submit(() -> configuration.location(KEYS));
            Patience.await().until(() -> asked() == 2);
            assertThat(configuration.location(KEYS)).isEqualTo(FIRST);
            open.countDown();
            assertThat(again.get()).isEqualTo(SECOND);
        }
        assertThat(configuration.location(KEYS)).isEqualTo(SECOND);
    }

    private void closeUntil(CountDownLatch open) {
        provider.gate(_ -> {
            try {
                open.await();
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        });
    }
}
