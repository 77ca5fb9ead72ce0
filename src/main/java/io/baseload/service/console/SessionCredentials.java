package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.identity.ProviderSignIn;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.Failures;
import io.baseload.service.web.KeyAuthentication;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A session stands for the key with which it was started, or for a person who signed in at an identity provider. Each of its requests is checked again, so that revocation, expiry and
 * limits of the key, and the end of the session or a person's removal, take effect with the next request, as for the API.
 */
final class SessionCredentials extends OncePerRequestFilter {
    private static final String ASSETS = "/console/assets/";

    private final CallerAdmission admission;
    private final ProviderSignIn people;

    SessionCredentials(CallerAdmission admission, ProviderSignIn people) {
        this.admission = admission;
        this.people = people;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (List.of("/", "/console/").contains(request.getRequestURI())) {
            response.sendRedirect(ConsolePage.HOME.path());
            return;
        }
        Sessions.use(request);
        Optional<Sessions.Owner> owner = Sessions.owner(request);
        if (owner.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        Caller caller;
        try {
            caller = switch (owner.get()) {
                case Sessions.Owner.Key key -> admission.admit(key.secret(), request);
                case Sessions.Owner.Visitor visitor -> people.caller(visitor.signedIn());
            };
        } catch (RuntimeException e) {
            refuse(Api.Refused.of(Failures.of(e, RequestIds.of(request))), request, response, chain);
            return;
        }
        SecurityContextHolder.setContext(new SecurityContextImpl(new KeyAuthentication(caller)));
        chain.doFilter(request, response);
        boolean refused = response.getStatus() == HttpServletResponse.SC_FORBIDDEN || Api.hasForbidden(request);
        // Somebody who comes back from a provider is a different person than the session's, and was recorded as that
        // person.
        if (refused && !ProviderSignIn.isReturn(request)) {
            admission.forbidden(caller, request);
        }
    }

    /** A key or person that is no longer valid ends the session, so that another one can sign in; other problems may be temporary. */
    private static void refuse(
            Api.Refused refusal, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (refusal.status() == HttpServletResponse.SC_UNAUTHORIZED
                || refusal.status() == HttpServletResponse.SC_FORBIDDEN) {
            Sessions.end(request);
            chain.doFilter(request, response);
        } else {
            ConsoleRefusals.show(refusal, request, response);
        }
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith(ASSETS);
    }
}
