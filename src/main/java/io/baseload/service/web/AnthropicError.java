package io.baseload.service.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The error format of Anthropic's routes, and of the models for its clients. It has no field for a parameter or a code, so the message names them.
 *
 * @param type {@code error}
 */
@JsonNaming(SnakeCaseStrategy.class)
public record AnthropicError(String type, Detail error, String requestId) {
    private static final String ROUTE = "/v1/messages";
    private static final String MODELS = "/v1/models";
    private static final String VERSION_HEADER = "anthropic-version";
    private static final int OVERLOADED = 529;

    /** @param type {@code invalid_request_error}, {@code authentication_error} … */
    public record Detail(String type, String message) {}

    public static AnthropicError of(ApiException refusal, String requestId) {
        return new AnthropicError(
                "error", new Detail(type(status(refusal)), refusal.detail().message()), requestId);
    }

    /** Whether a request was made to one of Anthropic's routes, even if an error page answers it. The models are a route of OpenAI's too. */
    static boolean isFormOf(HttpServletRequest request) {
        Object original = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String path = original instanceof String uri ? uri : String.valueOf(request.getRequestURI());
        return isBelow(path, ROUTE) || isBelow(path, MODELS) && request.getHeader(VERSION_HEADER) != null;
    }

    private static boolean isBelow(String path, String route) {
        return path.equals(route) || path.startsWith(route + "/");
    }

    /** Anthropic has its own status for an overloaded service. */
    static int status(ApiException refusal) {
        return refusal.status() == 503 ? OVERLOADED : refusal.status();
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case OVERLOADED -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
