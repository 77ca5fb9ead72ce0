package io.baseload.service.openai;

import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.DeniedAccess;
import io.baseload.service.contents.ResponseStore;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealingKey;
import io.baseload.service.inference.Inference;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.routing.TargetFilter;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.KeyLimits;
import io.baseload.service.tenant.KeyProperties;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.RequestRates;
import io.baseload.service.tenant.Role;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Authenticator;
import io.baseload.service.web.TokenAuthenticator;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/** The HTTP layers alone, over {@link ScriptedInference}. Not a {@code @Configuration}, so that tests of the whole service do not find it. */
@EnableAutoConfiguration(
        excludeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration",
            "org.springframework.ai.model.openai.autoconfigure.OpenAiChatAutoConfiguration",
            "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration"
        })
@ComponentScan({
    "io.baseload.service.tracing",
    "io.baseload.service.web",
    "io.baseload.service.protocol",
    "io.baseload.service.openai",
    "io.baseload.service.responses",
    "io.baseload.service.anthropic"
})
@EnableConfigurationProperties(AuditProperties.class) // of the clients of anchors
class ScriptedService {

    private static final Map<String, Role> KEYS =
            Arrays.stream(Role.values()).collect(Collectors.toMap(role -> "bl_" + role.wire(), role -> role));

    @Bean
    Inference inference() {
        return new ScriptedInference();
    }

    @Bean
    ResponseStore responses() {
        return new ScriptedResponses();
    }

    @Bean
    MasterKeys masterKeys() {
        return MasterKeys.of(List.of(Base64.getEncoder().encodeToString(SealingKey.random(SealingKey.BYTES))));
    }

    /** Entries about refused access. */
    record Trail(Queue<AuditTrail.NewEntry> entries) {}

    @Bean
    Trail trail() {
        return new Trail(new ConcurrentLinkedQueue<>());
    }

    @Bean
    DeniedAccess deniedAccess(Trail trail) {
        return new DeniedAccess(trail.entries()::addAll);
    }

    @Bean
    Authenticator authenticator() {
        return key -> switch (key) {
            case Web.OTHER ->
                Optional.of(new Caller("other", 1, key, Set.of(Role.USER), Set.of(), Priority.INTERACTIVE));
            case Web.LIMITED -> limited(key, new KeyLimits(OptionalInt.of(1), Set.of()));
            case Web.ELSEWHERE -> limited(key, new KeyLimits(OptionalInt.empty(), Set.of("192.0.2.1")));
            default ->
                Optional.ofNullable(KEYS.get(key))
                        .map(role -> new Caller(tenant(role), 1, key, Set.of(role), Set.of(), Priority.INTERACTIVE));
        };
    }

    @Bean
    TokenAuthenticator tokens() {
        return new TokenAuthenticator() {
            @Override
            public boolean reads(String bearer) {
                return false;
            }

            @Override
            public Supplier<Optional<Caller>> verify(String token) {
                return Optional::empty;
            }
        };
    }

    /** Nobody's requests can be counted. */
    @Bean
    RequestRates rates() {
        return (key, perMinute) -> {
            throw ApiException.unavailable("overloaded", "Too many requests are being counted.", Duration.ofSeconds(1));
        };
    }

    @Bean
    KeyProperties keyProperties() {
        return new KeyProperties(Duration.ofDays(14), Duration.ofDays(90));
    }

    private static Optional<Caller> limited(String key, KeyLimits limits) {
        var rights = new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, limits, Optional.empty());
        return Optional.of(new Caller("acme", 1, Optional.empty(), key, rights, Optional.empty()));
    }

    /** Metrics are the platform's. */
    private static String tenant(Role role) {
        return role == Role.METRICS ? "default" : "acme";
    }

    @Bean
    ModelDirectory models() {
        return new ModelDirectory() {
            @Override
            public Set<String> ids() {
                return Set.of("default", "house/tiny");
            }

            @Override
            public List<Target> route(Caller caller, String name, TargetFilter filter) {
                throw new UnknownModelException(name);
            }

            @Override
            public List<ModelDirectory.Card> visibleTo(Caller caller) {
                var created = Instant.ofEpochSecond(1_795_500_000);
                return List.of(
                        new ModelDirectory.Card("default", created, Optional.empty()),
                        new ModelDirectory.Card("house/tiny", created, Optional.empty()));
            }
        };
    }
}
