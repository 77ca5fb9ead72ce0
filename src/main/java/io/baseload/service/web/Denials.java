package io.baseload.service.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/** 401 and 403. */
final class Denials implements AuthenticationEntryPoint, AccessDeniedHandler {
    private static final ApiError NO_KEY = unauthorized(
            ApiError.refused(401, null, "No API key. Send it in the header 'Authorization: Bearer <key>'."));
    private static final ApiError WRONG_KEY =
            unauthorized(ApiError.refused(401, "invalid_api_key", "The API key is wrong, revoked or expired."));
    private static final ApiError WRONG_ROLE =
            ApiError.refused(403, "permission_denied", "This API key does not have the role that this route needs.");

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException cause)
            throws IOException {
        ApiError error = cause instanceof BadCredentialsException ? WRONG_KEY : NO_KEY;
        Answers.error(response, error, RequestIds.of(request));
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException cause)
            throws IOException {
        Answers.error(response, WRONG_ROLE, RequestIds.of(request));
    }

    private static ApiError unauthorized(ApiError error) {
        return error.with(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
}
