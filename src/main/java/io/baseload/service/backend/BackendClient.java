package io.baseload.service.backend;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.chat.api.UpstreamLateException;
import io.baseload.chat.api.WantedResult;
import io.baseload.engine.api.OverloadedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One backend as used by this process: its requests, whose number is limited, and its health. */
public final class BackendClient implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(1);
    /** How soon a connection ends that the server was closing. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);
    /** The JDK's words for the end of a connection, closed or reset, before an answer. */
    private static final String NO_BYTES = "HTTP/1.1 header parser received no bytes";

    private static final Duration EXPLANATION = Duration.ofSeconds(2);
    private static final int MAX_EXPLANATION = 64 << 10;
    /** The length of short vectors: hardly any model's are shorter. */
    private static final int SHORT_VECTOR = 256;

    private final Backend backend;
    private final BackendConnections.Access access;
    private final BackendMeters meters;
    private final ModelHealths healths;
    private final Semaphore permits;
    private final AtomicBoolean probing = new AtomicBoolean();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger answers = new AtomicInteger();
    /** Whether an answer has come to its end, so that its connection may have been kept. */
    private volatile boolean answered;

    /** When the first request was sent since the last sign of life, as from {@link System#nanoTime}; 0 = none. */
    private final AtomicLong unanswered = new AtomicLong();

    private final Map<String, AtomicInteger> vectorLengths = new ConcurrentHashMap<>();

    BackendClient(Backend backend, BackendConnections.Access access) {
        this.backend = backend;
        this.access = access;
        this.healths = new ModelHealths(backend, InstantSource.system(), access.nanoTime());
        this.permits = new Semaphore(backend.limits().concurrent());
        this.meters = new BackendMeters(
                access.registry(),
                backend.name(),
                () -> state() == BackendHealth.State.UP ? 1 : 0,
                () -> backend.limits().concurrent() - permits.availablePermits());
    }

    public Backend backend() {
        return backend;
    }

    public BackendHealth.Report health() {
        return healths.report();
    }

    /** The health of those of its models that have ever failed, by their names for users. */
    public Map<String, BackendHealth.Report> modelHealth() {
        return healths.reports();
    }

    public BackendHealth.State state() {
        return healths.report().state();
    }

    /** For requests of this owner to a model. */
    public BackendHealth.State state(Backend.Offer model, String owner) {
        return healths.state(new BackendCall(model, owner));
    }

    /** One of its models, used with text. */
    public Completions completions(Backend.Offer model) {
        return new BackendCompletions(this, model);
    }

    /** One of its models, used as an encoder. */
    public Encodings encodings(Backend.Offer model) {
        return new BackendEncodings(this, model);
    }

    /** The memory for vectors, which all backends share. */
    VectorMemory vectors() {
        return access.vectors();
    }

    /** The length of a model's last vectors; before the first, that of short ones. */
    AtomicInteger vectorLength(Backend.Offer model) {
        return vectorLengths.computeIfAbsent(model.upstream(), any -> new AtomicInteger(SHORT_VECTOR));
    }

    /**
     * Sends a request and waits until its answer begins.
     *
     * @param patience how long it waits, if that is less than the backend's own limit
     * @param wanted as {@link WantedResult#await} asks it
     * @throws AbandonedException if the answer is no longer wanted; {@linkplain AbandonedException#begun() begun} if the request was sent
     * @throws OverloadedException if the backend is, or reports that it is, overloaded; or if {@code patience} is over, an {@link UpstreamLateException} if the request was sent
     * @throws UpstreamException if it fails otherwise; {@linkplain UpstreamException#begun() begun} if the request was sent, and the backend's own limit is over
     * @throws InvalidRequestException if it refuses the request
     */
    AnswerStream open(
            BackendRoute route, BackendCall call, byte[] body, Optional<Duration> patience, BooleanSupplier wanted) {
        if (!permits.tryAcquire()) {
            meters.ended(BackendOutcome.OVERLOADED);
            throw new OverloadedException(
                    "The backend '" + backend.name() + "' has "
                            + backend.limits().concurrent() + " requests already, the maximum.",
                    SOON);
        }
        requests.incrementAndGet();
        try {
            var sent = new AtomicBoolean();
            var request = request(route.path())
                    .header("Content-Type", "application/json")
                    .header("Accept", route.contentType())
                    .POST(noted(body, sent));
            access.traces().headers().forEach(request::header);
            long begun = System.nanoTime();
            HttpResponse<InputStream> response = ask(request.build(), sent::get, call.owner(), patience, wanted);
            if (!BackendReplies.begins(route, response)) {
                throw BackendReplies.failure(
                        backend.name(), route, response, explanation(response, wanted), healths, call);
            }
            meters.firstByte().record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
            return follow(response.body());
        } catch (RuntimeException | Error e) {
            permits.release();
            meters.ended(outcome(e));
            throw e;
        }
    }

    /** @param sent set once there is a connection over which the body can be sent */
    private static BodyPublisher noted(byte[] body, AtomicBoolean sent) {
        var bytes = BodyPublishers.ofByteArray(body);
        return BodyPublishers.fromPublisher(
                subscriber -> {
                    sent.set(true);
                    bytes.subscribe(subscriber);
                },
                body.length);
    }

    /**
     * A failure also affects the health: for the owner, if the request was only waited for too long, because a long prompt takes long. If a request can't wait, the pause is as long as
     * it was waited for.
     *
     * @param sent whether the backend has the request, and may be computing: some engines read the whole prompt before they send response headers
     */
    private HttpResponse<InputStream> ask(
            HttpRequest request,
            BooleanSupplier sent,
            String owner,
            Optional<Duration> patience,
            BooleanSupplier wanted) {
        Duration own = backend.limits().firstByte();
        Duration limit = patience.filter(shorter -> shorter.compareTo(own) < 0).orElse(own);
        if (!limit.isPositive()) {
            throw new OverloadedException(tooLate(), SOON);
        }
        unanswered.compareAndSet(0, System.nanoTime());
        try {
            var response = sendAgainIfClosed(request, limit, wanted);
            unanswered.set(0);
            return response;
        } catch (AbandonedException e) {
            throw new AbandonedException(sent.getAsBoolean());
        } catch (UpstreamException e) {
            if (e.reason() != Reason.TIMEOUT) {
                failed(owner, e);
                throw e;
            }
            String late = String.valueOf(e.getMessage());
            if (limit.compareTo(own) < 0) {
                healths.whole().cool(owner, limit, late);
                throw sent.getAsBoolean()
                        ? new UpstreamLateException(tooLate(), SOON)
                        : new OverloadedException(tooLate(), SOON);
            }
            failed(owner, e);
            throw new UpstreamException(Reason.TIMEOUT, late, sent.getAsBoolean());
        }
    }

    /**
     * A connection that ends at once and before the first byte of an answer may be an idle one that the server was just closing, so the request is sent once more. The JDK doesn't
     * tell whether it was one; it can't be before the first answer has ended. Later, the server may have begun to compute, and would do so twice.
     */
    private HttpResponse<InputStream> sendAgainIfClosed(HttpRequest request, Duration limit, BooleanSupplier wanted) {
        boolean maybeIdle = answered;
        long begun = System.nanoTime();
        try {
            return send(request, BodyHandlers.ofInputStream(), limit, wanted);
        } catch (UpstreamException e) {
            var took = Duration.ofNanos(System.nanoTime() - begun);
            Duration left = limit.minus(took);
            if (!maybeIdle || took.compareTo(AT_ONCE) > 0 || !isSilentEnd(e.getCause()) || !left.isPositive()) {
                throw e;
            }
            return send(request, BodyHandlers.ofInputStream(), left, wanted);
        }
    }

    private static boolean isSilentEnd(@Nullable Throwable failure) {
        return failure instanceof IOException && NO_BYTES.equals(failure.getMessage());
    }

    private String tooLate() {
        return "The backend '" + backend.name() + "' did not begin to answer within the request's maximum wait.";
    }

    /** The beginning of an error's body. One that doesn't come at once is omitted, since the status says enough. */
    private static byte[] explanation(HttpResponse<InputStream> response, BooleanSupplier wanted) {
        try (InputStream body = response.body()) {
            var read = new CompletableFuture<byte[]>();
            Thread.ofVirtual().name("refusal").start(() -> {
                try {
                    read.complete(body.readNBytes(MAX_EXPLANATION));
                } catch (IOException | RuntimeException e) {
                    read.completeExceptionally(e);
                }
            });
            return WantedResult.await(read, EXPLANATION, wanted) ? read.get() : new byte[0];
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OverloadedException("The service stops.", SOON);
        } catch (IOException | ExecutionException e) {
            return new byte[0];
        }
    }

    private AnswerStream follow(InputStream body) {
        var stream = new AnswerStream(body, backend.limits().idle(), this::closed);
        access.streams().add(stream);
        answers.incrementAndGet();
        return stream;
    }

    private void closed(AnswerStream stream) {
        access.streams().remove(stream);
        answers.decrementAndGet();
        unanswered.set(0);
        permits.release();
    }

    /** An answer came to its end. */
    void succeeded(BackendCall call) {
        answered = true;
        healths.succeeded(call.model());
        meters.ended(BackendOutcome.OK);
    }

    /** An answer can't be used, which is not the backend's fault. */
    void unusable(RuntimeException reason) {
        meters.ended(outcome(reason));
    }

    /** Nobody wanted the rest of an answer. */
    void cancelled() {
        meters.ended(BackendOutcome.CANCELLED);
    }

    /** An answer broke off. */
    void broke(BackendCall call, UpstreamException failure) {
        failed(call.owner(), failure);
        meters.ended(outcome(failure));
    }

    /** An answer is none. */
    void garbled(BackendCall call, UpstreamException failure) {
        healths.of(call.model()).failed(String.valueOf(failure.getMessage()));
        meters.ended(outcome(failure));
    }

    /**
     * An answer ended with an error, which its request may have caused.
     *
     * @param said the backend's message; empty if there is none
     */
    void refused(BackendCall call, UpstreamException failure, String said) {
        String error = String.valueOf(failure.getMessage());
        healths.of(call.model()).failed(call.owner(), said.isEmpty() ? error : error + " It says: " + said);
        meters.ended(outcome(failure));
    }

    /** Silence may be due to the owner's request: long prompts take long, and some models think for long. */
    private void failed(String owner, UpstreamException failure) {
        String error = String.valueOf(failure.getMessage());
        if (failure.reason() == Reason.TIMEOUT) {
            healths.whole().failed(owner, error);
        } else {
            healths.whole().failed(error);
        }
    }

    private static BackendOutcome outcome(Throwable failure) {
        return switch (failure) {
            case OverloadedException e -> BackendOutcome.OVERLOADED;
            case UpstreamException e when e.reason() == Reason.UNREACHABLE -> BackendOutcome.UNREACHABLE;
            case UpstreamException e when e.reason() == Reason.TIMEOUT -> BackendOutcome.TIMEOUT;
            case UpstreamException e when e.reason() == Reason.UNSUPPORTED -> BackendOutcome.REFUSED;
            case InvalidRequestException e -> BackendOutcome.REFUSED;
            case AbandonedException e -> BackendOutcome.CANCELLED;
            default -> BackendOutcome.FAILED;
        };
    }

    /**
     * Probes the backend, unless a probe is under way. If it has requests, these show its state, unless it is silent; and a server with a single slot, such as llama-cpp-python's,
     * aborts an answer for a probe, or doesn't answer the probe until the answer ends. So the failure of a probe that a request has overtaken means nothing.
     */
    void probe() {
        long before = requests.get();
        boolean idle = permits.availablePermits() == backend.limits().concurrent();
        if (!idle && !isSilent() || !probing.compareAndSet(false, true)) {
            return;
        }
        try {
            Optional<String> failure = failureOfProbe();
            if (failure.isPresent()) {
                if (idle ? requests.get() == before : isSilent()) {
                    healths.whole().missed(failure.get());
                }
                return;
            }
            healths.whole().probed();
            if (idle) {
                unanswered.set(0);
            }
        } finally {
            probing.set(false);
        }
    }

    /** Whether no answer is arriving, and requests have waited for one, each in vain or still, for longer than one may. */
    private boolean isSilent() {
        long since = unanswered.get();
        return answers.get() == 0
                && since != 0
                && System.nanoTime() - since > backend.limits().firstByte().toNanos();
    }

    private Optional<String> failureOfProbe() {
        try {
            int status = send(
                            request("models").GET().build(),
                            BodyHandlers.discarding(),
                            access.probeTimeout(),
                            () -> true)
                    .statusCode();
            boolean failed = status >= 500 || status / 100 == 3 || status == 401 || status == 403;
            return failed ? Optional.of("answers its probe, GET /models, with " + status) : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private HttpRequest.Builder request(String route) {
        if (!access.addresses().allows(backend.baseUrl())) {
            throw new UpstreamException(
                    Reason.UNREACHABLE, "The address of the backend '" + backend.name() + "' is no longer allowed.");
        }
        var request = HttpRequest.newBuilder(URI.create(backend.baseUrl() + "/" + route));
        try {
            access.secrets().find(backend.secret()).ifPresent(key -> request.header("Authorization", "Bearer " + key));
        } catch (IOException e) {
            healths.whole().failed("has no key: " + e.getMessage());
            throw new UpstreamException(
                    Reason.UNREACHABLE, "The key of the backend '" + backend.name() + "' can't be found.");
        }
        return request;
    }

    /** The time limit covers the wait for the response headers; the body has its own limit. */
    private <T> HttpResponse<T> send(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, Duration limit, BooleanSupplier wanted) {
        var answer = new CompletableFuture<HttpResponse<T>>();
        // the JDK's own asynchronous call hands over to two more threads
        var exchange =
                Thread.ofVirtual().name("exchange-" + backend.name()).start(() -> exchange(request, handler, answer));
        try {
            if (!WantedResult.await(answer, limit, wanted)) {
                giveUp(answer, exchange);
                throw failed(Reason.TIMEOUT, "did not begin to answer within " + limit.toMillis() + " ms");
            }
            return answer.get();
        } catch (AbandonedException e) {
            giveUp(answer, exchange);
            throw e;
        } catch (InterruptedException e) {
            giveUp(answer, exchange);
            Thread.currentThread().interrupt();
            throw new OverloadedException("The service stops.", SOON);
        } catch (ExecutionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            var failure = translated(cause);
            failure.initCause(cause);
            throw failure;
        }
    }

    /** Its thread is interrupted if nobody waits any more. If the answer arrives at this very moment after all, its connection is closed. */
    private <T> void exchange(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, CompletableFuture<HttpResponse<T>> answer) {
        try {
            var response = access.http().send(request, handler);
            if (!answer.complete(response)) {
                close(response);
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private static <T> void giveUp(CompletableFuture<HttpResponse<T>> answer, Thread exchange) {
        if (answer.cancel(true)) {
            exchange.interrupt();
        } else if (!answer.isCompletedExceptionally()) {
            close(answer.join());
        }
    }

    private static void close(HttpResponse<?> response) {
        if (response.body() instanceof InputStream body) {
            try {
                body.close();
            } catch (IOException e) {
                // it is given up in any case
            }
        }
    }

    private UpstreamException translated(Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException e -> failed(Reason.UNREACHABLE, "did not accept a connection in time");
            case ConnectException e -> failed(Reason.UNREACHABLE, "does not accept connections");
            case SSLException e -> failed(Reason.UNREACHABLE, "can't be reached over TLS: " + e.getMessage());
            default -> failed(Reason.FAILED, "closed the connection before it answered");
        };
    }

    private UpstreamException failed(Reason reason, String what) {
        return new UpstreamException(reason, "The backend '" + backend.name() + "' " + what + ".");
    }

    /** It is replaced, so this one is no longer measured; running requests continue. */
    @Override
    public void close() {
        meters.close();
    }

    /** The backend is gone, and its meters with it; running requests continue. */
    void forget() {
        meters.remove();
    }
}
