package io.baseload.service.console;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.identity.SignedInPerson;
import io.baseload.service.tenant.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * The sessions of this process: each has the key with which it was started, or the person who signed in at an identity provider; in memory only. A key or person has a limited number
 * of sessions and a new one ends the oldest, so that nobody fills the memory by signing in.
 */
@Component
final class Sessions {
    static final int MAX_SESSIONS = 20;

    private static final String OWNER = Sessions.class.getName();
    /** The attribute with the time of the last request by its owner, as from {@link System#nanoTime}. */
    private static final String LAST_USE = OWNER + ".lastUse";

    private final AuditTrail trail;
    private final Map<String, ArrayDeque<HttpSession>> open = new ConcurrentHashMap<>();

    Sessions(AuditTrail trail) {
        this.trail = trail;
    }

    /** The owner of a session. */
    sealed interface Owner {
        /**
         * Whoever has a key, or an identity provider's token.
         *
         * @param secret kept from logs
         */
        record Key(String secret) implements Owner {
            @Override
            public String toString() {
                return "Key";
            }
        }

        /** A person who signed in on an identity provider's pages. */
        record Visitor(SignedInPerson signedIn) implements Owner {}
    }

    /**
     * Starts a session, with an id that nobody else can know.
     *
     * @throws org.springframework.dao.DataAccessException if the sign-in can't be recorded; then there is no session
     */
    void begin(HttpServletRequest request, Caller caller, Owner owner) {
        trail.recordSignIn(caller.actor(), "console");
        end(request);
        HttpSession session = request.getSession(true);
        session.setAttribute(OWNER, owner);
        session.setAttribute(LAST_USE, System.nanoTime());
        open.compute(
                caller.keyPrefix(), (prefix, before) -> with(session, before == null ? new ArrayDeque<>() : before));
    }

    private static ArrayDeque<HttpSession> with(HttpSession session, ArrayDeque<HttpSession> sessions) {
        sessions.add(session);
        if (sessions.size() > MAX_SESSIONS) {
            invalidate(sessions.remove());
        }
        return sessions;
    }

    /**
     * Ends the request's session if nobody has used it for too long. Tomcat counts every request as a use, also those with which an open page refreshes itself, and such a session
     * would never end.
     */
    static void use(HttpServletRequest request) {
        @Nullable HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        try {
            long now = System.nanoTime();
            Duration limit = Duration.ofSeconds(session.getMaxInactiveInterval());
            boolean ends = limit.isPositive(); // others never do, by Servlet 6.1
            if (ends && session.getAttribute(LAST_USE) instanceof Long last && now - last > limit.toNanos()) {
                invalidate(session);
            } else if (!isRefresh(request)) {
                session.setAttribute(LAST_USE, now);
            }
        } catch (IllegalStateException e) {
            return; // it has ended meanwhile
        }
    }

    /** Whether a page refreshes a part of itself: scripts load parts without being asked to, and keep streams open. */
    private static boolean isRefresh(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        boolean stream = accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE);
        return request.getMethod().equals("GET") && (stream || request.getHeader("HX-Request") != null);
    }

    /** The owner of a request's session; empty without one. */
    static Optional<Owner> owner(HttpServletRequest request) {
        @Nullable HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(OWNER) instanceof Owner owner
                ? Optional.of(owner)
                : Optional.empty();
    }

    static void end(HttpServletRequest request) {
        Optional.ofNullable(request.getSession(false)).ifPresent(Sessions::invalidate);
    }

    private static void invalidate(HttpSession session) {
        try {
            session.invalidate();
        } catch (IllegalStateException e) {
            return; // it has ended already
        }
    }
}
