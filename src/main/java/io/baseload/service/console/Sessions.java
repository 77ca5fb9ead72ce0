package io.baseload.service.console;

import io.baseload.service.tenant.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The sessions of this process: each has the key with which it was started, in memory only. A key has a limited number of sessions and a new one ends the oldest, so that nobody
 * fills the memory by signing in.
 */
@Component
final class Sessions {
    static final int OF_A_KEY = 20;

    private static final String KEY = Sessions.class.getName();

    private final Map<String, ArrayDeque<HttpSession>> open = new ConcurrentHashMap<>();

    /** In a session; kept from logs. */
    private record Secret(String text) {
        @Override
        public String toString() {
            return "secret";
        }
    }

    /** Starts a session, with an id that nobody else can know. */
    void begin(HttpServletRequest request, Caller caller, String key) {
        end(request);
        HttpSession session = request.getSession(true);
        session.setAttribute(KEY, new Secret(key));
        open.compute(
                caller.keyPrefix(), (prefix, before) -> with(session, before == null ? new ArrayDeque<>() : before));
    }

    private static ArrayDeque<HttpSession> with(HttpSession session, ArrayDeque<HttpSession> sessions) {
        sessions.add(session);
        if (sessions.size() > OF_A_KEY) {
            invalidate(sessions.remove());
        }
        return sessions;
    }

    /** The key of a request's session; empty without one. */
    static Optional<String> key(HttpServletRequest request) {
        @Nullable HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(KEY) instanceof Secret secret
                ? Optional.of(secret.text())
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
