package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.KeyLimits;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The rights of a key, in JSON. Absent members stay unchanged, or get the default in a new key: all models, interactive, for ever.
 *
 * @param expiresAt RFC 3339; null = never
 * @param models aliases or ids that the key may use; empty = all
 * @param priority {@code interactive} or {@code batch}
 * @param requestsPerMinute a whole number; null = no limit
 * @param addresses ranges such as {@code 10.0.0.0/8} or addresses from which the key may be used; empty = all
 */
@JsonNaming(SnakeCaseStrategy.class)
record KeyRequest(
        @Nullable List<String> roles,
        @Nullable JsonNode expiresAt,
        @Nullable List<String> models,
        @Nullable String priority,
        @Nullable JsonNode requestsPerMinute,
        @Nullable List<String> addresses) {
    private static final int MAX_MODELS = 1000;
    private static final int MAX_PER_MINUTE = 1_000_000;

    /** A new key's rights. */
    ApiKey.Rights read() {
        return new ApiKey.Rights(
                read(Refusals.present("roles", roles)),
                models == null ? Set.of() : checked(models),
                priority == null ? Priority.INTERACTIVE : read(priority),
                limits(KeyLimits.NONE),
                expiresAt == null ? Optional.empty() : end(expiresAt));
    }

    /** The rights of a new personal key: absent members, except the roles, are those of the person. */
    ApiKey.Rights within(ApiKey.Rights maker, Instant latest) {
        Refusals.present("roles", roles);
        var rights = over(maker);
        return rights.withEnd(rights.expiresAt().or(() -> Optional.of(latest)));
    }

    /** A key's rights with the changes of this request. */
    ApiKey.Rights over(ApiKey.Rights before) {
        return new ApiKey.Rights(
                roles == null ? before.roles() : read(roles),
                models == null ? before.models() : checked(models),
                priority == null ? before.priority() : read(priority),
                limits(before.limits()),
                expiresAt == null ? before.expiresAt() : end(expiresAt));
    }

    private KeyLimits limits(KeyLimits before) {
        return new KeyLimits(
                requestsPerMinute == null ? before.requestsPerMinute() : perMinute(requestsPerMinute),
                addresses == null ? before.addresses() : AddressRanges.read(addresses));
    }

    private static OptionalInt perMinute(JsonNode limit) {
        if (limit.isNull()) {
            return OptionalInt.empty();
        }
        if (!limit.isIntegralNumber() || !limit.canConvertToLong()) {
            throw Refusals.invalid("requests_per_minute", "invalid_type", "Invalid type for 'requests_per_minute'.");
        }
        return OptionalInt.of((int) Refusals.inRange("requests_per_minute", limit.asLong(), 1, MAX_PER_MINUTE));
    }

    static Set<Role> read(List<String> names) {
        if (names.isEmpty()) {
            throw Refusals.invalid("roles", "empty_array", "'roles' must name at least one role.");
        }
        Set<Role> read = EnumSet.noneOf(Role.class);
        for (int i = 0; i < names.size(); i++) {
            read.add(role("roles[" + i + "]", names.get(i)));
        }
        return read;
    }

    private static Role role(String path, @Nullable String name) {
        return Stream.of(Role.values())
                .filter(role -> role.wire().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusals.invalid(
                        path,
                        "invalid_value",
                        "'" + path + "' must be one of "
                                + Stream.of(Role.values()).map(Role::wire).toList() + "."));
    }

    static Set<String> checked(List<String> models) {
        if (models.size() > MAX_MODELS) {
            throw Refusals.invalid(
                    "models", "array_above_max_length", "'models' must have at most " + MAX_MODELS + " names.");
        }
        for (int i = 0; i < models.size(); i++) {
            checkModel("models[" + i + "]", models.get(i));
        }
        return Set.copyOf(models);
    }

    private static Priority read(String priority) {
        return Stream.of(Priority.values())
                .filter(known -> known.wire().equals(priority))
                .findFirst()
                .orElseThrow(() ->
                        Refusals.invalid("priority", "invalid_value", "'priority' must be 'interactive' or 'batch'."));
    }

    private static void checkModel(String path, @Nullable String name) {
        if (Refusals.text(path, Refusals.present(path, name)).isEmpty()) {
            throw Refusals.invalid(path, "invalid_value", "'" + path + "' must name a model or an alias.");
        }
    }

    static Optional<Instant> end(JsonNode expiresAt) {
        if (expiresAt.isNull()) {
            return Optional.empty();
        }
        if (!expiresAt.isString()) {
            throw Refusals.invalid("expires_at", "invalid_type", "Invalid type for 'expires_at'.");
        }
        Instant time = Refusals.time("expires_at", expiresAt.asString());
        if (!time.isAfter(Instant.now())) {
            throw Refusals.invalid("expires_at", "invalid_value", "'expires_at' must be in the future.");
        }
        return Optional.of(time);
    }
}
