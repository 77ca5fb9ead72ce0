package io.baseload.service.web;

import io.baseload.service.quota.QuotaSnapshot;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The error format of every route: {@code {"error":{"message","type","param","code"}}}, as in the OpenAI API; {@link AnthropicError} on Anthropic's routes. Code that refuses a
 * request throws it; {@link Failures} maps other exceptions, {@link ErrorResponses} handles requests that end elsewhere. It has no stack trace, so that constants can be used.
 */
public final class ApiException extends RuntimeException {
    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER = "server_error";
    /** The code of an answer that was generated, and charged, but could not be kept, or of stored data that can't be read now. */
    public static final String STORAGE_UNAVAILABLE = "storage_unavailable";

    /** The code of a request that was refused because the database can't be used now. */
    public static final String DATABASE_UNAVAILABLE = "database_unavailable";

    /** The code of a request that is useless to retry: the budget is spent, or the request alone exceeds a limit. */
    static final String INSUFFICIENT_QUOTA = "insufficient_quota";

    /** Clients that obey any {@code Retry-After} would sleep for hours; for longer waits than this they are told not to retry. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(2);

    private final int status;
    private final transient Detail detail;
    private final transient Map<String, String> headers;
    private final transient Optional<QuotaSnapshot> quota;

    private ApiException(int status, Detail detail, Map<String, String> headers, Optional<QuotaSnapshot> quota) {
        super(detail.message(), null, false, false);
        this.status = status;
        this.detail = detail;
        this.headers = headers;
        this.quota = quota;
    }

    private ApiException(int status, String type, @Nullable String code, String message, @Nullable String param) {
        this(status, new Detail(message, type, param, code), Map.of(), Optional.empty());
    }

    /**
     * The request is at fault.
     *
     * @param code an error code for programs; null if the protocol has none
     */
    public static ApiException refused(int status, @Nullable String code, String message) {
        return new ApiException(status, INVALID_REQUEST, code, message, null);
    }

    /**
     * A field of the request is at fault.
     *
     * @param param path of the field, such as {@code messages[1].content}; null if it isn't a field
     */
    public static ApiException invalid(@Nullable String param, @Nullable String code, String message) {
        return new ApiException(400, INVALID_REQUEST, code, message, param);
    }

    /** The service is at fault. */
    static ApiException internal(String requestId) {
        String message = "The server failed. The log has the details under " + requestId + ".";
        return new ApiException(500, SERVER, null, message, null);
    }

    /** A server behind the service is at fault. */
    static ApiException upstream(int status, String code, String message) {
        return new ApiException(status, SERVER, code, message, null);
    }

    /** The service can't answer now. */
    public static ApiException unavailable(String code, String message, Duration retryAfter) {
        return new ApiException(503, SERVER, code, message, null).retryAfter(retryAfter);
    }

    /**
     * A limit of the tenant is reached.
     *
     * @param type {@code requests}, {@code tokens} or {@code insufficient_quota}
     */
    public static ApiException limited(String type, String code, String message, Duration retryAfter) {
        return new ApiException(429, type, code, message, null).retryAfter(retryAfter);
    }

    /** The same, about a field of the request. */
    public ApiException withParam(String param) {
        return new ApiException(status, new Detail(detail.message, detail.type, param, detail.code), headers, quota);
    }

    /** The same for an answer that was generated, and charged: to generate it again would cost as much, and end alike. */
    public ApiException afterGeneration() {
        String message =
                detail.message + " The answer was charged. Ask for fewer tokens, choices, log-probabilities or texts.";
        return new ApiException(status, new Detail(message, detail.type, detail.param, detail.code), headers, quota)
                .with("x-should-retry", "false");
    }

    ApiException with(String header, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new ApiException(status, detail, all, quota);
    }

    /** The same error with the quota windows for its rate-limit headers. */
    ApiException with(QuotaSnapshot windows) {
        return new ApiException(status, detail, headers, Optional.of(windows));
    }

    private ApiException retryAfter(Duration wait) {
        long millis = Math.max(1, wait.toMillis());
        ApiException timed =
                with("Retry-After", Long.toString((millis + 999) / 1000)).with("retry-after-ms", Long.toString(millis));
        return wait.compareTo(MAX_WAIT) > 0 ? timed.with("x-should-retry", "false") : timed;
    }

    /** How long to wait before a retry, possibly hours; empty if a retry would be refused again. */
    public Optional<Duration> retryAfter() {
        return code().equals(Optional.of(INSUFFICIENT_QUOTA))
                ? Optional.empty()
                : Optional.ofNullable(headers.get("retry-after-ms"))
                        .map(Long::parseLong)
                        .map(Duration::ofMillis);
    }

    /** The error code, for programs. */
    public Optional<String> code() {
        return Optional.ofNullable(detail.code());
    }

    public int status() {
        return status;
    }

    public Detail detail() {
        return detail;
    }

    /** The error in OpenAI's format; routes of another protocol send the same information in their own. */
    public Body body() {
        return new Body(detail);
    }

    /** Sends the error in the format of the requested protocol. Does nothing if an answer has started: then only closing the connection can tell the client. */
    void write(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        String requestId = RequestIds.of(request);
        boolean ofAnthropic = AnthropicError.isFormOf(request);
        response.resetBuffer();
        response.setStatus(ofAnthropic ? AnthropicError.status(this) : status);
        response.setHeader(RequestIds.HEADER, requestId);
        headers.forEach(response::setHeader);
        quota.ifPresent(windows -> RateLimitHeaders.putOnly(windows, request, response));
        Json.write(response, ofAnthropic ? AnthropicError.of(this, requestId) : body());
    }

    public record Body(Detail error) {}

    /**
     * @param type {@code invalid_request_error}, {@code server_error}, {@code requests}, {@code tokens} or {@code insufficient_quota}
     */
    public record Detail(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}
}
