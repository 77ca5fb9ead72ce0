package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a new key shall be allowed, in JSON.
 *
 * @param expiresAt RFC 3339
 * @param models aliases or ids that the key may ask; left out or empty = all
 * @param priority {@code interactive} (left out) or {@code batch}
 */
@JsonNaming(SnakeCaseStrategy.class)
record KeyWish(
        @Nullable List<String> roles,
        @Nullable String expiresAt,
        @Nullable List<String> models,
        @Nullable String priority) {
    private static final int MAX_MODELS = 1000;

    ApiKey.Wish read() {
        return new ApiKey.Wish(
                readRoles(),
                readModels(),
                readPriority(),
                Optional.ofNullable(expiresAt).map(KeyWish::future));
    }

    private Set<Role> readRoles() {
        List<String> names = Refusals.present("roles", roles);
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

    private Set<String> readModels() {
        if (models == null) {
            return Set.of();
        }
        if (models.size() > MAX_MODELS) {
            throw Refusals.invalid(
                    "models", "array_above_max_length", "'models' may have at most " + MAX_MODELS + " names.");
        }
        for (int i = 0; i < models.size(); i++) {
            checkModel("models[" + i + "]", models.get(i));
        }
        return Set.copyOf(models);
    }

    private Priority readPriority() {
        if (priority == null) {
            return Priority.INTERACTIVE;
        }
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

    private static Instant future(String text) {
        Instant time = Refusals.time("expires_at", text);
        if (!time.isAfter(Instant.now())) {
            throw Refusals.invalid("expires_at", "invalid_value", "'expires_at' must be in the future.");
        }
        return time;
    }
}
