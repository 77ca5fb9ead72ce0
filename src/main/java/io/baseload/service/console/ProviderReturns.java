package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.identity.ProviderSignIn;
import io.baseload.service.identity.SignInRefusal;
import io.baseload.service.identity.SignedInPerson;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.Failures;
import io.baseload.service.web.NoAccessException;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Handles people who come back from an identity provider: a session begins on the page that they requested, or a page gives the reason why not. Refused access and rejected sign-ins are
 * recorded as for keys and tokens. As a filter, it blocks addresses from which too many sign-ins were rejected.
 */
final class ProviderReturns extends OncePerRequestFilter
        implements AuthenticationSuccessHandler, AuthenticationFailureHandler {
    private static final String GUESS = ProviderReturns.class.getName() + ".guess";

    private final CallerAdmission admission;
    private final ProviderSignIn people;
    private final Sessions sessions;

    ProviderReturns(CallerAdmission admission, ProviderSignIn people, Sessions sessions) {
        this.admission = admission;
        this.people = people;
        this.sessions = sessions;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !ProviderSignIn.isReturn(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            admission.signInBegins(request);
        } catch (RuntimeException e) {
            show(Api.Refused.of(Failures.of(e, RequestIds.of(request))), request, response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            if (request.getAttribute(GUESS) == null) {
                admission.signInWasNoGuess(request);
            }
        }
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws ServletException, IOException {
        SecurityContextHolder.clearContext(); // the session stands for the person from now on
        String page;
        try {
            SignedInPerson signedIn = people.arrived(authentication);
            sessions.begin(request, signedIn.caller(), new Sessions.Owner.Visitor(signedIn));
            page = RequestedPage.take(signedIn.caller(), request, response);
        } catch (NoAccessException e) {
            admission.forbidden(e, request);
            Sessions.end(request);
            String words = "You are signed in at the identity provider as " + e.subject()
                    + ", but have no role here. Ask an administrator of this service.";
            show(new Api.Refused(HttpServletResponse.SC_FORBIDDEN, words), request, response);
            return;
        } catch (RuntimeException e) {
            show(Api.Refused.of(Failures.of(e, RequestIds.of(request))), request, response);
            return;
        }
        response.sendRedirect(page);
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws ServletException, IOException {
        SignInRefusal refusal = SignInRefusal.of(failure, request);
        if (refusal.isGuess()) {
            request.setAttribute(GUESS, true);
            admission.signInFailed(request);
        }
        show(Api.Refused.of(refusal.answer()), request, response);
    }

    private static void show(Api.Refused refusal, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        ConsoleRefusals.show(refusal, ConsoleSecurity.SIGN_IN, request, response);
    }
}
