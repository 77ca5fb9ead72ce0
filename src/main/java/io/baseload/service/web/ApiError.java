package io.baseload.service.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one form in which every route says no: {@code {"error":{"message","type","param","code"}}}, as the OpenAI API has it.
 *
 * @param status HTTP status
 * @param type {@code invalid_request_error}, {@code server_error}, {@code requests}, {@code tokens} or {@code insufficient_quota}
 * @param code a word for programs; null where the wire has none
 * @param param path of the field at fault, such as {@code messages[1].content}; null if it isn't a field
 * @param headers further headers of the answer
 */
public record ApiError(
        int status,
        String type,
        @Nullable String code,
        String message,
        @Nullable String param,
        Map<String, String> headers) {

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER = "server_error";
    /** Clients that obey any {@code Retry-After} would sleep for hours; beyond this they are told not to wait. */
    private static final Duration WORTH_WAITING = Duration.ofMinutes(2);

    /** The request is at fault. */
    public static ApiError refused(int status, @Nullable String code, String message) {
        return new ApiError(status, INVALID_REQUEST, code, message, null, Map.of());
    }

    /** A field of the request is at fault. */
    public static ApiError invalid(@Nullable String param, @Nullable String code, String message) {
        return new ApiError(400, INVALID_REQUEST, code, message, param, Map.of());
    }

    /** The service is at fault. */
    public static ApiError internal(String requestId) {
        String message = "The server failed. The log has the details under " + requestId + ".";
        return new ApiError(500, SERVER, null, message, null, Map.of());
    }

    /** The service can't answer now. */
    public static ApiError unavailable(String code, String message, Duration retryAfter) {
        return new ApiError(503, SERVER, code, message, null, Map.of()).retryAfter(retryAfter);
    }

    /**
     * A limit of the tenant is reached.
     *
     * @param type {@code requests}, {@code tokens} or {@code insufficient_quota}
     */
    public static ApiError limited(String type, String code, String message, Duration retryAfter) {
        return new ApiError(429, type, code, message, null, Map.of()).retryAfter(retryAfter);
    }

    public ApiError withParam(String field) {
        return new ApiError(status, type, code, message, field, headers);
    }

    public ApiError with(String header, String value) {
        return with(Map.of(header, value));
    }

    public ApiError with(Map<String, String> more) {
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new ApiError(status, type, code, message, param, all);
    }

    private ApiError retryAfter(Duration wait) {
        long millis = Math.max(1, wait.toMillis());
        ApiError timed =
                with("Retry-After", Long.toString((millis + 999) / 1000)).with("retry-after-ms", Long.toString(millis));
        return wait.compareTo(WORTH_WAITING) > 0 ? timed.with("x-should-retry", "false") : timed;
    }

    /** What stands in the body. */
    public Body body() {
        return new Body(new Detail(message, type, param, code));
    }

    public record Body(Detail error) {}

    public record Detail(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}
}
