package io.baseload.service.routing;

import io.baseload.service.backend.Backend;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.MappedCollection;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.ListCrudRepository;

/** The table of backends, and that of their models. */
interface BackendRows extends ListCrudRepository<BackendRows.BackendRow, String> {
    @Query("SELECT * FROM backend WHERE name > :after ORDER BY name LIMIT :limit")
    List<BackendRow> page(String after, int limit);

    /** Locks the table for a change; waits for other changes. */
    @Modifying
    @Query("LOCK TABLE backend IN SHARE ROW EXCLUSIVE MODE")
    void lock();

    /** A backend. */
    @Table("backend")
    record BackendRow(
            @Id String name,
            String baseUrl,
            @Nullable String apiKey,
            @Nullable String apiKeyEnv,
            @Nullable String apiKeyFile,
            int timeoutMs,
            int idleTimeoutMs,
            int maxConcurrent,
            String maxTokensField,
            boolean templateVariables,
            Instant createdAt,
            @MappedCollection(idColumn = "backend") Set<OfferRow> models) {

        static BackendRow of(Backend backend) {
            Secret secret = backend.secret();
            Backend.Limits limits = backend.limits();
            return new BackendRow(
                    backend.name(),
                    backend.baseUrl().toString(),
                    switch (secret) {
                        case Secret.Given given -> given.key();
                        case Secret.Stored stored -> stored.sealed();
                        case Secret.None none -> null;
                        case Secret.Environment environment -> null;
                        case Secret.InFile file -> null;
                    },
                    secret instanceof Secret.Environment environment ? environment.variable() : null,
                    secret instanceof Secret.InFile file ? file.file() : null,
                    Math.toIntExact(limits.firstByte().toMillis()),
                    Math.toIntExact(limits.idle().toMillis()),
                    limits.concurrent(),
                    limits.maxTokensField(),
                    limits.templateVariables(),
                    backend.createdAt(),
                    backend.models().stream()
                            .map(offer -> new OfferRow(offer.id(), offer.upstream()))
                            .collect(Collectors.toSet()));
        }

        /** The purpose for which a backend's key is encrypted. */
        static String purpose(String name) {
            return "backend/" + name;
        }

        Backend backend() {
            return new Backend(
                    name,
                    URI.create(baseUrl),
                    secret(),
                    models.stream()
                            .map(row -> new Backend.Offer(row.id(), row.upstream()))
                            .sorted(Comparator.comparing(Backend.Offer::id))
                            .toList(),
                    new Backend.Limits(
                            Duration.ofMillis(timeoutMs),
                            Duration.ofMillis(idleTimeoutMs),
                            maxConcurrent,
                            maxTokensField,
                            templateVariables),
                    createdAt);
        }

        private Secret secret() {
            if (apiKey != null) {
                return MasterKeys.isSealed(apiKey)
                        ? new Secret.Stored(apiKey, purpose(name))
                        : new Secret.Given(apiKey);
            }
            if (apiKeyEnv != null) {
                return new Secret.Environment(apiKeyEnv);
            }
            return apiKeyFile == null ? new Secret.None() : new Secret.InFile(apiKeyFile);
        }

        /** A log must not show it. */
        @Override
        public String toString() {
            return "BackendRow[" + name + "]";
        }
    }

    /** A model of a backend. */
    @Table("backend_model")
    record OfferRow(String id, String upstream) {}
}
