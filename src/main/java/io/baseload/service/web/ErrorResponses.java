package io.baseload.service.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * All places where a request may end without an answer of its own, so that all errors have the same format: exceptions that leave a controller or a filter, missing keys or rights,
 * and requests refused by Tomcat itself.
 */
@Controller
@RestControllerAdvice
final class ErrorResponses implements ErrorController, AuthenticationEntryPoint, AccessDeniedHandler {
    /** An exception that leaves a controller before an answer has started; {@link BrokenOffAnswers} has the others. */
    @ExceptionHandler
    void answer(Exception failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Failures.of(failure, RequestIds.of(request)).write(request, response);
    }

    /** These are answered by Spring Security's own filters. */
    @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
    @SuppressWarnings("DoNotCallSuggester")
    void leave(RuntimeException denied) {
        throw denied;
    }

    /** Answers a request without a key. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException cause)
            throws IOException {
        noKey().write(request, response);
    }

    /** Answers a request whose key lacks the role. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException cause)
            throws IOException {
        wrongRole().write(request, response);
    }

    /**
     * Requests that end outside a controller, in a filter or by {@code sendError}. An {@link IOException} here is always about the client's connection: Tomcat reports it here even
     * after a controller has answered.
     */
    @RequestMapping("${spring.web.error.path:/error}")
    void dispatched(HttpServletRequest request, HttpServletResponse response) throws IOException {
        error(request, RequestIds.of(request)).write(request, response);
    }

    private static ApiException error(HttpServletRequest request, String id) {
        return switch (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION)) {
            case SocketTimeoutException e -> LimitedRequest.tooSlow();
            case IOException e -> LimitedRequest.brokenOff();
            case Throwable failure -> Failures.of(failure, id);
            case null, default -> Failures.byStatus(status(request), id);
        };
    }

    private static int status(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status ? status : 404;
    }

    private static ApiException unauthorized(ApiException error) {
        return error.with(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }

    /** Requests that Tomcat refuses before the application sees them: a broken request line, header or URL. Tomcat creates it by its class name. */
    public static final class Valve extends ErrorReportValve {
        @Override
        protected void report(Request request, Response response, @Nullable Throwable failure) {
            int status = response.getStatus();
            if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            try {
                Failures.byStatus(status, RequestIds.of(request)).write(request, response);
                response.finishResponse();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static ApiException noKey() {
        return unauthorized(
                ApiException.refused(401, null, "No API key. Send it in the header 'Authorization: Bearer <key>'."));
    }

    static ApiException wrongKey() {
        return unauthorized(ApiException.refused(401, "invalid_api_key", "The API key is wrong, revoked or expired."));
    }

    static ApiException wrongToken() {
        return ApiException.refused(
                        401,
                        "invalid_token",
                        "The token is invalid or expired, or was not issued for this service by a known provider.")
                .with(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
    }

    static ApiException wrongAddress() {
        return ApiException.refused(403, "address_not_allowed", "This API key can't be used from this address.");
    }

    private static ApiException wrongRole() {
        return ApiException.refused(
                403, "permission_denied", "This API key or token does not have the role that this route needs.");
    }
}
