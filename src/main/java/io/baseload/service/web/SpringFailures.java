package io.baseload.service.web;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.validation.FieldError;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;

/** Refusals that Spring makes before a controller is reached. */
final class SpringFailures {
    private SpringFailures() {}

    static Optional<ApiError> of(Throwable failure) {
        return switch (failure) {
            case MethodArgumentNotValidException e -> Optional.of(invalidField(e));
            case MethodArgumentTypeMismatchException e ->
                Optional.of(ApiError.invalid(e.getName(), "invalid_type", "Invalid type for '" + e.getName() + "'."));
            case MissingServletRequestParameterException e ->
                Optional.of(ApiError.invalid(
                        e.getParameterName(),
                        "missing_required_parameter",
                        "Missing required parameter: '" + e.getParameterName() + "'."));
            case HttpMessageNotReadableException e -> Optional.of(unreadable(e));
            case RequestRejectedException e -> Optional.of(byStatus(400));
            case ErrorResponse e -> Optional.of(withHeaders(e));
            default -> Optional.empty();
        };
    }

    /** A refusal, or a failure, that nothing but its status is known of. HTTP has two above 500 for what a client should not have asked. */
    static ApiError byStatus(int status, String requestId) {
        boolean ours = status >= 500 && status != 501 && status != 505;
        return ours ? ApiError.internal(requestId) : byStatus(status);
    }

    private static ApiError byStatus(int status) {
        return ApiError.refused(status, code(status), message(status));
    }

    private static ApiError invalidField(MethodArgumentNotValidException e) {
        @Nullable FieldError error = e.getBindingResult().getFieldError();
        if (error == null) {
            return byStatus(400);
        }
        String message = "Invalid '" + error.getField() + "': " + error.getDefaultMessage() + ".";
        return ApiError.invalid(error.getField(), "invalid_value", message);
    }

    private static ApiError unreadable(HttpMessageNotReadableException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiException refusal) {
                return refusal.error();
            }
            if (cause instanceof InputCoercionException) {
                return ApiError.invalid(null, "invalid_value", "A number in the body is out of range.");
            }
            if (cause instanceof DatabindException bind) {
                return misplaced(path(bind));
            }
        }
        return ApiError.invalid(null, null, "The body is missing or not valid JSON.");
    }

    private static ApiError misplaced(String field) {
        return field.isEmpty()
                ? ApiError.invalid(null, "invalid_type", "The body must be a JSON object.")
                : ApiError.invalid(field, "invalid_type", "Invalid type for '" + field + "'.");
    }

    /** Such as {@code windows[0].tokens}. */
    private static String path(DatabindException e) {
        var path = new StringBuilder();
        for (var step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }

    private static ApiError withHeaders(ErrorResponse e) {
        ApiError error = byStatus(e.getStatusCode().value());
        for (var header : e.getHeaders().toSingleValueMap().entrySet()) {
            error = error.with(header.getKey(), header.getValue());
        }
        return error;
    }

    private static @Nullable String code(int status) {
        return switch (status) {
            case 403 -> "permission_denied";
            case 404 -> "not_found";
            case 405 -> "method_not_allowed";
            case 408 -> "request_timeout";
            case 413 -> "request_too_large";
            case 415 -> "unsupported_media_type";
            default -> null;
        };
    }

    private static String message(int status) {
        return switch (status) {
            case 404 -> "There is no such route.";
            case 405 -> "This route does not answer that method.";
            case 415 -> "The body must be application/json.";
            default -> {
                @Nullable HttpStatus known = HttpStatus.resolve(status);
                yield known == null ? "The request was refused." : known.getReasonPhrase() + ".";
            }
        };
    }
}
