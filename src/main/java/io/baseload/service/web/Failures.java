package io.baseload.service.web;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.database.NotEnoughDiskException;
import io.baseload.service.inference.LedgerUnavailableException;
import io.baseload.service.quota.QuotaExceededException;
import io.baseload.service.registry.ConflictException;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.NotEnoughMemoryException;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.tenant.TenantConflictException;
import io.baseload.service.tenant.UnknownTenantException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each failure looks like on the wire. What isn't listed here is our bug: 500, with an id under which the log has all of it. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration DATABASE_BACK = Duration.ofSeconds(5);

    private Failures() {}

    public static ApiError of(Throwable failure, String requestId) {
        return switch (failure) {
            case ApiException e -> e.error();
            case InvalidRequestException e -> ApiError.invalid(e.field(), e.code(), message(e));
            case UnknownModelException e ->
                ApiError.refused(404, "model_not_found", message(e)).withParam("model");
            case ModelUnavailableException e -> ApiError.unavailable("model_loading", message(e), e.retryAfter());
            case ModelClosedException e ->
                ApiError.unavailable("model_loading", "The model was unloaded just now.", SOON);
            case OverloadedException e -> ApiError.unavailable("overloaded", message(e), e.retryAfter());
            case QuotaExceededException e -> limited(e);
            case ConflictException e -> ApiError.refused(409, "conflict", message(e));
            case TenantConflictException e -> ApiError.refused(409, "conflict", message(e));
            case UnknownTenantException e -> ApiError.refused(404, "not_found", message(e));
            case NotEnoughMemoryException e -> ApiError.refused(507, "insufficient_memory", message(e));
            case NotEnoughDiskException e -> ApiError.refused(507, "insufficient_storage", message(e));
            case LedgerUnavailableException e -> withoutDatabase(e, requestId);
            case Exception e when DatabaseFailures.isUnavailable(e) -> withoutDatabase(e, requestId);
            default -> SpringFailures.of(failure).orElseGet(() -> bug(failure, requestId));
        };
    }

    private static ApiError limited(QuotaExceededException e) {
        ApiError error = switch (e.limit()) {
            case CONCURRENCY, REQUESTS ->
                ApiError.limited("requests", "rate_limit_exceeded", message(e), e.retryAfter());
            case TOKENS -> ApiError.limited("tokens", "rate_limit_exceeded", message(e), e.retryAfter());
            case BUDGET ->
                ApiError.limited("insufficient_quota", "insufficient_quota", message(e), e.retryAfter())
                        .with("x-should-retry", "false");
        };
        return error.with(RateLimitHeaders.of(e.quota()));
    }

    private static ApiError withoutDatabase(Exception e, String requestId) {
        LOG.warn("{}: no database: {}", requestId, e.toString());
        return ApiError.unavailable(
                "database_unavailable", "Quota and audit can't be written now, so nothing was done.", DATABASE_BACK);
    }

    private static ApiError bug(Throwable failure, String requestId) {
        LOG.error("{}: unexpected failure", requestId, failure);
        return ApiError.internal(requestId);
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }
}
