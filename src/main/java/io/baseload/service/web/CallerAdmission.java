package io.baseload.service.web;

import io.baseload.service.audit.DeniedAccess;
import io.baseload.service.quota.QuotaSnapshot.Room;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.RequestRates;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.stereotype.Component;

/** Identifies the caller of a request by its API key or token, and enforces the key's allowed addresses and rate. Refusals are recorded in the audit trail. */
@Component
public final class CallerAdmission {
    private static final int MAX_PATH = 200;
    private static final int MAX_KNOWN = 3;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;

    private final FailedAttempts attempts = new FailedAttempts(System::nanoTime);

    /** As many as look-ups run at once. */
    private final Executor threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("key-look-up-", 0).daemon().factory());

    private final KeyChecks keys;
    private final KeyChecks tokens;
    private final TokenAuthenticator providers;
    private final RateChecks rates;
    private final DeniedAccess denied;

    CallerAdmission(
            Authenticator authenticator, TokenAuthenticator providers, RequestRates rates, DeniedAccess denied) {
        var known = new Semaphore(MAX_KNOWN, true);
        this.keys = new KeyChecks(
                key -> elsewhere(() -> authenticator.authenticate(key)),
                attempts,
                known,
                KeyChecks.PATIENCE,
                System::nanoTime);
        this.tokens = new KeyChecks(
                token -> elsewhere(providers.verify(token)), attempts, known, KeyChecks.PATIENCE, System::nanoTime);
        this.providers = providers;
        this.rates = new RateChecks(rates, KeyChecks.PATIENCE, System::nanoTime);
        this.denied = denied;
    }

    /** On a thread of the system: while a virtual one waits for the database, its timer and several pollers are woken, and an interrupt of its request would break the connection. */
    private Supplier<Optional<Caller>> elsewhere(Supplier<Optional<Caller>> lookUp) {
        return () -> {
            try {
                return CompletableFuture.supplyAsync(lookUp, threads).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException known ? known : e;
            }
        };
    }

    /**
     * Identifies the caller.
     *
     * @param bearer an API key or a token
     * @throws RuntimeException that {@link Failures} maps to an answer, if the request is refused
     */
    public Caller admit(String bearer, HttpServletRequest request) {
        String address = request.getRemoteAddr();
        boolean token = providers.reads(bearer);
        Optional<Caller> known;
        try {
            known = (token ? tokens : keys).check(bearer, address);
        } catch (NoAccessException e) {
            forbidden(e, request);
            throw e;
        } catch (ApiException e) {
            countRefused(e, request);
            throw e;
        }
        if (known.isEmpty()) {
            signInFailed(request);
            throw token ? ErrorResponses.wrongToken() : ErrorResponses.wrongKey();
        }
        Caller caller = known.get();
        try {
            holdToLimits(caller, address).ifPresent(room -> RateLimitHeaders.ofKey(room, request));
        } catch (ApiException e) {
            if (e.status() == FORBIDDEN) { // and not a busy moment, which is no refusal of access
                forbidden(caller, request);
            }
            throw e;
        }
        return caller;
    }

    /**
     * Enforces the addresses from which a key may be used, and its rate.
     *
     * @return the requests that its rate leaves; empty if it has none
     * @throws RuntimeException that {@link Failures} maps to an answer
     */
    public Optional<Room> holdToLimits(Caller caller, String address) {
        var limits = caller.rights().limits();
        if (!comesFrom(limits.addresses(), address)) {
            throw ErrorResponses.wrongAddress();
        }
        var perMinute = limits.requestsPerMinute();
        return perMinute.isEmpty()
                ? Optional.empty()
                : Optional.of(rates.count(caller.keyPrefix(), perMinute.getAsInt()));
    }

    /** A caller requested something without permission. */
    public void forbidden(Caller caller, HttpServletRequest request) {
        forbidden(caller, route(request), request.getRemoteAddr(), RequestIds.of(request));
    }

    /**
     * The same for a request within another, such as a line of a batch.
     *
     * @param route method and path
     */
    public void forbidden(Caller caller, String route, String address, String requestId) {
        denied.forbidden(caller.actor(), route, address, requestId);
    }

    /** A person known to an identity provider has no access here. */
    public void forbidden(NoAccessException refusal, HttpServletRequest request) {
        denied.forbidden(refusal.actor(), route(request), request.getRemoteAddr(), RequestIds.of(request));
    }

    /**
     * A sign-in at an identity provider is about to be checked. Until it succeeds, it counts as a wrong key.
     *
     * @throws ApiException 429 if too many failed from this address
     */
    public void signInBegins(HttpServletRequest request) {
        try {
            attempts.begin(request.getRemoteAddr());
        } catch (ApiException e) {
            countRefused(e, request);
            throw e;
        }
    }

    /** An attempt that is refused because too many failed has failed too. A busy moment is no refusal. */
    private void countRefused(ApiException refusal, HttpServletRequest request) {
        if (refusal.status() == TOO_MANY) {
            signInFailed(request);
        }
    }

    /** The sign-in succeeded, or failed for a reason other than the browser's credentials. */
    public void signInWasNoGuess(HttpServletRequest request) {
        attempts.forgive(request.getRemoteAddr());
    }

    /** The sign-in was wrong. */
    public void signInFailed(HttpServletRequest request) {
        denied.signInFailed(request.getRemoteAddr(), RequestIds.of(request));
    }

    /** @param ranges empty = from anywhere */
    private static boolean comesFrom(Collection<String> ranges, String address) {
        return ranges.isEmpty() || ranges.stream().anyMatch(range -> new IpAddressMatcher(range).matches(address));
    }

    private static String route(HttpServletRequest request) {
        String path = request.getRequestURI();
        return request.getMethod() + " " + path.substring(0, Math.min(path.length(), MAX_PATH));
    }
}
