package io.baseload.service.batch;

import io.baseload.chat.api.UpstreamLateException;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.SealingKey;
import io.baseload.service.inference.Origin;
import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.Failures;
import io.baseload.service.web.Json;
import io.baseload.service.web.RouteAccess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs one line like a request of its own: with the current rights of its key, and through the same parser, quota, filters and audit as any request. */
final class LineRunner {
    /** How many processes may die while they run the same line. */
    private static final int MAX_ATTEMPTS = 3;

    private static final int FORBIDDEN = 403;
    /** The memory of one line for a large answer, or a stored conversation: a quarter of what the bodies of all other requests may take. */
    private static final long MAX_MEMORY =
            Math.max(16 << 20, Runtime.getRuntime().maxMemory() / 64);

    private final Map<String, BatchRoute> routes;
    private final FileStore files;
    private final Contents contents;
    private final ApiKeys keys;
    private final CallerAdmission admission;

    LineRunner(Stream<BatchRoute> routes, FileStore files, Contents contents, ApiKeys keys, CallerAdmission admission) {
        this.routes = routes.collect(Collectors.toMap(BatchRoute::path, Function.identity()));
        this.files = files;
        this.contents = contents;
        this.keys = keys;
        this.admission = admission;
    }

    /** The result of a line. Closed once it is written. */
    sealed interface Outcome extends AutoCloseable {
        @Override
        default void close() {}

        /**
         * It has ended.
         *
         * @param completed whether it was answered
         * @param sealed the result to be written; null if the line can't be read, or was erased
         * @param tokens of the answer
         * @param release gives back memory that is limited
         */
        record Ended(boolean completed, byte @Nullable [] sealed, TokenTotals tokens, Runnable release)
                implements Outcome {
            Ended(boolean completed, byte @Nullable [] sealed, TokenTotals tokens) {
                this(completed, sealed, tokens, () -> {});
            }

            @Override
            public void close() {
                release.run();
            }
        }

        /** It was refused temporarily, and nothing was done. */
        record Later(Duration pause) implements Outcome {}
    }

    Outcome run(RequestBatch batch, BatchLine line) {
        SealingKey key = contents.key(batch.tenant()); // before anything is computed and charged
        LineRequest request;
        try {
            byte[] text = files.parts(files.input(batch)).read(line.place(), line.length());
            if (LineRequest.isBlank(text)) {
                return new Outcome.Ended(false, null, TokenTotals.NONE); // it was erased
            }
            request = LineRequest.parse(text, batch.endpoint());
        } catch (UnreadableException e) {
            return new Outcome.Ended(false, null, TokenTotals.NONE);
        }
        if (line.attempts() > MAX_ATTEMPTS) {
            return failed(
                    key,
                    batch,
                    line,
                    LineBody.notRun(
                            line.id(),
                            request,
                            "interrupted",
                            "The service was stopped or killed " + MAX_ATTEMPTS + " times while this line ran."));
        }
        try {
            return ended(key, batch, line, request, answer(batch, line, request));
        } catch (RuntimeException e) {
            ApiException refusal = Failures.of(e, line.requestId());
            // what is charged isn't done again: an answer that was generated but not kept, a prompt that a backend has
            // read
            Optional<Duration> wait = Optional.of(refusal)
                    .filter(it -> !it.code().equals(Optional.of(ApiException.STORAGE_UNAVAILABLE)))
                    .filter(it -> !(e instanceof UpstreamLateException))
                    .flatMap(ApiException::retryAfter);
            return wait.isPresent()
                    ? new Outcome.Later(wait.get())
                    : failed(key, batch, line, LineBody.refused(line, request, refusal));
        }
    }

    private static Outcome ended(
            SealingKey key, RequestBatch batch, BatchLine line, LineRequest request, BatchAnswer answer) {
        try {
            byte[] sealed = sealed(key, batch, line, LineBody.answered(line, request, answer));
            return new Outcome.Ended(true, sealed, TokenTotals.of(answer), answer.release());
        } catch (RuntimeException | Error e) {
            answer.close();
            throw e;
        }
    }

    private static Outcome failed(SealingKey key, RequestBatch batch, BatchLine line, LineBody body) {
        return new Outcome.Ended(false, sealed(key, batch, line, body), TokenTotals.NONE);
    }

    private static byte[] sealed(SealingKey key, RequestBatch batch, BatchLine line, LineBody body) {
        return key.seal(Json.bytes(body), purpose(batch, line.line()));
    }

    static String purpose(RequestBatch batch, int line) {
        return RequestBatch.purpose(batch.tenant(), batch.id(), Integer.toString(line));
    }

    private BatchAnswer answer(RequestBatch batch, BatchLine line, LineRequest request) {
        BatchRoute route = routes.get(batch.endpoint());
        if (route == null) {
            throw ApiException.refused(404, "not_found", "There is no such route.");
        }
        Caller caller = keys.caller(batch.tenant(), batch.keyPrefix())
                .orElseThrow(() -> ApiException.refused(
                        401, "invalid_api_key", "The API key that created the batch is revoked or expired."));
        admit(caller, batch, line);
        var origin = new Origin(line.requestId(), batch.address());
        return route.answer(new RequestContext(caller, origin, limitedMemory()), request.body());
    }

    private void admit(Caller caller, RequestBatch batch, BatchLine line) {
        try {
            if (!RouteAccess.allows(caller, "POST", batch.endpoint())) {
                throw ApiException.refused(
                        FORBIDDEN,
                        "permission_denied",
                        "The API key that created the batch does not have the role that this route needs.");
            }
            admission.holdToLimits(caller, batch.address());
        } catch (ApiException e) {
            if (e.status() == FORBIDDEN) {
                admission.forbidden(caller, "POST " + batch.endpoint(), batch.address(), line.requestId());
            }
            throw e;
        }
    }

    private static LongConsumer limitedMemory() {
        var taken = new AtomicLong();
        return bytes -> {
            if (taken.addAndGet(bytes) > MAX_MEMORY) {
                throw ApiException.refused(
                        413,
                        "request_too_large",
                        "The answer, with the conversation that it continues, needs more than " + (MAX_MEMORY >> 20)
                                + " MB of memory: ask for fewer tokens, choices or log-probabilities.");
            }
        };
    }

    /** Routes that a batch may use. */
    List<String> endpoints() {
        return routes.keySet().stream().sorted().toList();
    }
}
