package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identity;
import io.baseload.service.tenant.Priority;
import io.baseload.service.web.ApiException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Refusals of fields in requests. */
final class Refusals {
    private Refusals() {}

    static <T> T present(String field, @Nullable T value) {
        if (value == null) {
            throw ApiException.invalid(
                    field, "missing_required_parameter", "Missing required parameter: '" + field + "'.");
        }
        return value;
    }

    static int inRange(String field, int value, int min, int max) {
        return (int) inRange(field, (long) value, min, max);
    }

    static long inRange(String field, long value, long min, long max) {
        if (value < min) {
            throw invalid(field, "integer_below_min_value", "'" + field + "' must be at least " + min + ".");
        }
        if (value > max) {
            throw invalid(field, "integer_above_max_value", "'" + field + "' must be at most " + max + ".");
        }
        return value;
    }

    /** RFC 3339, whose years have four digits. */
    static Instant time(String field, String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            if (time.getYear() < 1 || time.getYear() > 9999) {
                throw new DateTimeException("year");
            }
            return time.toInstant();
        } catch (DateTimeException e) {
            throw invalid(field, "invalid_value", "'" + field + "' must be a time such as 2030-01-31T12:00:00Z.");
        }
    }

    /** Text that the database can store and query: whole characters, no control characters. */
    static String text(String field, String text) {
        boolean bad = text.codePoints()
                .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
        if (bad) {
            throw invalid(field, "invalid_value", "'" + field + "' must not hold control characters.");
        }
        return text;
    }

    /** @param of throws an {@code IllegalArgumentException} that lists the allowed values */
    static <T> Optional<T> named(String field, @Nullable String label, Function<String, T> of) {
        if (label == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(of.apply(label));
        } catch (IllegalArgumentException e) {
            throw invalid(field, "invalid_value", "'" + field + "' " + e.getMessage() + ".");
        }
    }

    static ApiException invalid(String field, String code, String message) {
        return ApiException.invalid(field, code, message);
    }

    static void requireMayManage(Caller caller, String tenant, ApiKey.Rights key) {
        if (!caller.mayManage(tenant, key)) {
            throw ApiException.refused(
                    403, "permission_denied", "You can't manage keys or accounts with more rights than yours.");
        }
    }

    /** An identity without roles has no rights. */
    static void requireMayManage(Caller caller, Identity identity) {
        if (!identity.roles().isEmpty()) {
            requireMayManage(
                    caller,
                    identity.tenant(),
                    new ApiKey.Rights(identity.roles(), identity.models(), Priority.INTERACTIVE, Optional.empty()));
        }
    }

    /** With a key that expires nobody can make one that expires later. */
    static void requireNotOutlived(Caller caller, ApiKey.Rights key) {
        if (key.endsAfter(caller.rights())) {
            throw invalid(
                    "expires_at",
                    "invalid_value",
                    "'expires_at' must not be later than that of your own key, "
                            + caller.rights().expiresAt().orElseThrow() + ".");
        }
    }

    static ApiException personal() {
        return ApiException.refused(
                403, "permission_denied", "The secret of a person's key is for that person alone: /admin/v1/me/keys.");
    }

    static ApiException notFound(String what, String name) {
        return ApiException.refused(404, "not_found", "There is no " + what + " '" + name + "'.");
    }

    static Map<String, Object> plus(Map<String, Object> map, String key, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(map);
        more.put(key, value);
        return more;
    }
}
