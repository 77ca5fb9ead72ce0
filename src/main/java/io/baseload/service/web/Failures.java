package io.baseload.service.web;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.audit.ArchivedException;
import io.baseload.service.audit.EntryTooLargeException;
import io.baseload.service.audit.NotSignedException;
import io.baseload.service.audit.TrailBrokenException;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.database.NotEnoughDiskException;
import io.baseload.service.database.ReadsBusyException;
import io.baseload.service.database.StatementTooLongException;
import io.baseload.service.encryption.SealException;
import io.baseload.service.inference.LedgerUnavailableException;
import io.baseload.service.quota.QuotaExceededException;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.registry.ConflictException;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.NotEnoughMemoryException;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.tenant.RequestRateExceededException;
import io.baseload.service.tenant.TenantConflictException;
import io.baseload.service.tenant.UnknownIdentityException;
import io.baseload.service.tenant.UnknownTenantException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
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
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Maps each failure to its answer. Anything not listed here is a bug: 500, with the id of the log entry that has the details. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    /** The status that proxies log for a client that has left; no client reads it. */
    private static final int CLIENT_CLOSED = 499;

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration BACKEND_BACK = Duration.ofSeconds(2);
    private static final Duration READ_ENDED = Duration.ofSeconds(5);
    private static final Duration DATABASE_BACK = Duration.ofSeconds(5);

    private Failures() {}

    public static ApiException of(Throwable failure, String requestId) {
        return switch (failure) {
            case ApiException e -> e;
            case InvalidRequestException e -> ApiException.invalid(e.field(), e.code(), message(e));
            case UnknownModelException e ->
                ApiException.refused(404, "model_not_found", message(e)).withParam("model");
            case ModelUnavailableException e -> ApiException.unavailable("model_loading", message(e), e.retryAfter());
            case ModelClosedException e ->
                ApiException.unavailable("model_loading", "The model has just been unloaded.", SOON);
            case OverloadedException e -> ApiException.unavailable("overloaded", message(e), e.retryAfter());
            case UpstreamException e -> upstream(e);
            case AbandonedException e -> ApiException.refused(CLIENT_CLOSED, null, message(e));
            case QuotaExceededException e -> limited(e);
            case ReadsBusyException e -> ApiException.unavailable("overloaded", message(e), READ_ENDED);
            case StatementTooLongException e -> ApiException.invalid(e.field(), "invalid_value", message(e));
            case ConflictException e -> ApiException.refused(409, "conflict", message(e));
            case TenantConflictException e -> ApiException.refused(409, "conflict", message(e));
            case UnknownTenantException e -> ApiException.refused(404, "not_found", message(e));
            case UnknownIdentityException e -> ApiException.refused(404, "not_found", message(e));
            case NoAccessException e -> ApiException.refused(403, "permission_denied", message(e));
            case RequestRateExceededException e ->
                ApiException.limited("requests", "rate_limit_exceeded", message(e), e.retryAfter())
                        .with(ofKey(e));
            case EntryTooLargeException e -> ApiException.refused(400, "invalid_value", message(e));
            case ArchivedException e -> ApiException.refused(409, "archived", message(e));
            case NotSignedException e -> ApiException.refused(409, "not_signed", message(e));
            case TrailBrokenException e ->
                ApiException.refused(
                        409,
                        "audit_trail_broken",
                        "The audit trail differs from what was signed, from entry " + e.seq() + " on: " + e.getMessage()
                                + ".");
            case NotEnoughMemoryException e -> ApiException.refused(507, "insufficient_memory", message(e));
            case NotEnoughDiskException e -> ApiException.refused(507, "insufficient_storage", message(e));
            case LedgerUnavailableException e
            when e.generated() -> ApiException.unavailable(ApiException.STORAGE_UNAVAILABLE, message(e), DATABASE_BACK);
            case LedgerUnavailableException e -> withoutLedger(e, requestId);
            case SealException e -> sealed(e, requestId);
            case Exception e when DatabaseFailures.isUnavailable(e) -> withoutLedger(e, requestId);
            case MethodArgumentNotValidException e -> invalidField(e);
            case MethodArgumentTypeMismatchException e ->
                ApiException.invalid(e.getName(), "invalid_type", "Invalid type for '" + e.getName() + "'.");
            case MissingServletRequestParameterException e ->
                ApiException.invalid(
                        e.getParameterName(),
                        "missing_required_parameter",
                        "Missing required parameter: '" + e.getParameterName() + "'.");
            case HttpMessageNotReadableException e -> unreadable(e);
            case RequestRejectedException e -> byStatus(400);
            case ErrorResponse e -> withHeaders(e);
            default -> bug(failure, requestId);
        };
    }

    private static ApiException upstream(UpstreamException e) {
        return switch (e.reason()) {
            case UNREACHABLE -> ApiException.unavailable("backend_unavailable", message(e), BACKEND_BACK);
            case FAILED -> ApiException.upstream(502, "backend_failed", message(e));
            case UNSUPPORTED -> ApiException.invalid("model", "unsupported_value", message(e));
            case TIMEOUT -> ApiException.upstream(504, "backend_timeout", message(e));
        };
    }

    private static ApiException limited(QuotaExceededException e) {
        ApiException error = switch (e.limit()) {
            case CONCURRENCY, REQUESTS ->
                ApiException.limited("requests", "rate_limit_exceeded", message(e), e.retryAfter());
            case TOKENS -> ApiException.limited("tokens", "rate_limit_exceeded", message(e), e.retryAfter());
            case BUDGET ->
                ApiException.limited("insufficient_quota", ApiException.INSUFFICIENT_QUOTA, message(e), e.retryAfter())
                        .with("x-should-retry", "false");
        };
        return error.with(e.quota());
    }

    private static QuotaSnapshot ofKey(RequestRateExceededException e) {
        var room = new QuotaSnapshot.Room(e.perMinute(), 0, e.retryAfter());
        return new QuotaSnapshot(Optional.of(room), Optional.empty(), List.of());
    }

    /** The quota windows can't be read now either, so the answer has no rate-limit headers. */
    private static ApiException withoutLedger(Exception e, String requestId) {
        boolean away = DatabaseFailures.isUnavailable(e) && !DatabaseFailures.isLocked(e);
        LOG.warn(
                "{}: {}: {}",
                requestId,
                away ? "no database" : "quota and audit can't be written",
                NestedExceptionUtils.getMostSpecificCause(e).toString());
        String message = away
                ? "The database is unavailable, so quota and audit can't be written. Nothing was done."
                : "Quota and audit can't be written now, so nothing was done.";
        return ApiException.unavailable(ApiException.DATABASE_UNAVAILABLE, message, DATABASE_BACK)
                .with(QuotaSnapshot.UNLIMITED);
    }

    /** Another process may have the master key. */
    private static ApiException sealed(SealException e, String requestId) {
        LOG.warn("{}: {}", requestId, e.getMessage());
        return ApiException.unavailable(
                ApiException.STORAGE_UNAVAILABLE, "Stored data can't be encrypted or decrypted now.", DATABASE_BACK);
    }

    private static ApiException bug(Throwable failure, String requestId) {
        LOG.error("{}: unexpected failure", requestId, failure);
        return ApiException.internal(requestId);
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }

    /** A refusal or failure of which only the status is known. 501 and 505 are errors of the client, although they are above 500. */
    static ApiException byStatus(int status, String requestId) {
        boolean ours = status >= 500 && status != 501 && status != 505;
        return ours ? ApiException.internal(requestId) : byStatus(status);
    }

    private static ApiException byStatus(int status) {
        return ApiException.refused(status, code(status), message(status));
    }

    private static ApiException invalidField(MethodArgumentNotValidException e) {
        @Nullable FieldError error = e.getBindingResult().getFieldError();
        if (error == null) {
            return byStatus(400);
        }
        String message = "Invalid '" + error.getField() + "': " + error.getDefaultMessage() + ".";
        return ApiException.invalid(error.getField(), "invalid_value", message);
    }

    private static ApiException unreadable(HttpMessageNotReadableException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiException refusal) {
                return refusal;
            }
            if (cause instanceof InputCoercionException) {
                return ApiException.invalid(null, "invalid_value", "A number in the body is out of range.");
            }
            if (cause instanceof UnrecognizedPropertyException unknown) {
                return unknown(unknown);
            }
            if (cause instanceof DatabindException bind) {
                return misplaced(path(bind));
            }
        }
        return ApiException.invalid(null, null, "The body is missing or not valid JSON.");
    }

    private static ApiException unknown(UnrecognizedPropertyException e) {
        String field = path(e);
        String allowed = Objects.requireNonNullElse(e.getKnownPropertyIds(), List.of()).stream()
                .map(name -> "'" + name + "'")
                .sorted()
                .collect(Collectors.joining(", "));
        return ApiException.invalid(
                field, "unknown_parameter", "Unknown parameter: '" + field + "'. Allowed here: " + allowed + ".");
    }

    private static ApiException misplaced(String field) {
        return field.isEmpty()
                ? ApiException.invalid(null, "invalid_type", "The body must be a JSON object.")
                : ApiException.invalid(field, "invalid_type", "Invalid type for '" + field + "'.");
    }

    /** The path of a field, such as {@code windows[0].tokens}. */
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

    private static ApiException withHeaders(ErrorResponse e) {
        ApiException error = byStatus(e.getStatusCode().value());
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
            case 405 -> "This route does not support this method.";
            case 415 -> "The body must be application/json, or multipart/form-data where a file is uploaded.";
            default -> {
                @Nullable HttpStatus known = HttpStatus.resolve(status);
                yield known == null ? "The request was refused." : known.getReasonPhrase() + ".";
            }
        };
    }
}
