package io.baseload.service.inference;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.quota.QuotaExceededException;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.UnknownModelException;
import java.util.Locale;

/** Why a request was refused before its answer started, as the metrics name it. */
enum RefusalReason {
    QUOTA_CONCURRENCY,
    QUOTA_REQUESTS,
    QUOTA_TOKENS,
    QUOTA_BUDGET,
    OVERLOADED,
    MODEL_UNAVAILABLE,
    UNKNOWN_MODEL,
    BACKEND,
    ABANDONED,
    LEDGER_UNAVAILABLE,
    INVALID_REQUEST,
    ERROR;

    static RefusalReason of(Throwable why) {
        return switch (why) {
            case QuotaExceededException e ->
                switch (e.limit()) {
                    case CONCURRENCY -> QUOTA_CONCURRENCY;
                    case REQUESTS -> QUOTA_REQUESTS;
                    case TOKENS -> QUOTA_TOKENS;
                    case BUDGET -> QUOTA_BUDGET;
                };
            case OverloadedException e -> OVERLOADED;
            case ModelUnavailableException e -> MODEL_UNAVAILABLE;
            case ModelClosedException e -> MODEL_UNAVAILABLE;
            case UnknownModelException e -> UNKNOWN_MODEL;
            case UpstreamException e when e.reason() == Reason.UNSUPPORTED -> INVALID_REQUEST;
            case UpstreamException e -> BACKEND;
            case AbandonedException e -> ABANDONED;
            case LedgerUnavailableException e -> LEDGER_UNAVAILABLE;
            case InvalidRequestException e -> INVALID_REQUEST;
            default -> ERROR;
        };
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
