package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.web.KeyAuthentication;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.csrf.CsrfException;

/** Refusals in the console: a browser without a session gets the sign-in page, any other program gets the API's answer to a request without a key. */
record ConsoleRefusals(AuthenticationEntryPoint api) implements AuthenticationEntryPoint, AccessDeniedHandler {
    private static final String FAILURE = ConsoleRefusals.class.getName();

    /** The console's own paths, and the root if a browser asks for it. */
    static boolean concernsPages(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.equals(ConsolePage.HOME.path())
                || path.startsWith(ConsolePage.HOME.path() + "/")
                || path.equals("/") && request.getMethod().equals("GET") && isBrowser(request);
    }

    private static boolean isBrowser(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null
                && accept.contains(MediaType.TEXT_HTML_VALUE)
                && request.getHeader(HttpHeaders.AUTHORIZATION) == null;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException cause)
            throws IOException, ServletException {
        if (request.getHeader("HX-Request") != null) {
            RequestedPage.remember(request, response);
            response.setHeader("HX-Redirect", ConsoleSecurity.SIGN_IN);
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        } else if (isBrowser(request)) {
            RequestedPage.remember(request, response);
            response.sendRedirect(ConsoleSecurity.SIGN_IN);
        } else {
            api.commence(request, response, cause);
        }
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException cause)
            throws IOException, ServletException {
        boolean known = SecurityContextHolder.getContext().getAuthentication() instanceof KeyAuthentication;
        boolean signingIn = request.getRequestURI().equals(ConsoleSecurity.SIGN_IN) && isBrowser(request);
        if (known || signingIn) {
            String words = cause instanceof CsrfException
                    ? "This form is out of date. Go back and reload the page."
                    : "You do not have the role that this page needs.";
            show(new Api.Refused(HttpServletResponse.SC_FORBIDDEN, words), request, response);
        } else {
            commence(request, response, new InsufficientAuthenticationException("no session", cause));
        }
    }

    /** From a filter, where no controller can show a page. */
    static void show(Api.Refused failure, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        show(failure, ConsoleSecurity.PROBLEM, request, response);
    }

    /** @param page the path of the page that shows it */
    static void show(Api.Refused failure, String page, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        request.setAttribute(FAILURE, failure);
        request.getRequestDispatcher(page).forward(request, response);
    }

    /** The refusal that a page was asked to show; empty if there is none. */
    static Optional<Api.Refused> of(HttpServletRequest request) {
        return request.getAttribute(FAILURE) instanceof Api.Refused failure ? Optional.of(failure) : Optional.empty();
    }
}
