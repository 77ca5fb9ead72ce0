package io.baseload.service.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.ClientAbortException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/** Answers for every exception that leaves a controller. */
@RestControllerAdvice
final class ErrorAdvice {
    @ExceptionHandler
    void answer(Exception failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = RequestIds.of(request);
        Answers.error(response, Failures.of(failure, id), id);
    }

    /** Security's own filters answer these. */
    @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
    @SuppressWarnings("DoNotCallSuggester")
    void leave(RuntimeException denied) {
        throw denied;
    }

    /** Nobody is there to be answered. */
    @ExceptionHandler({ClientAbortException.class, AsyncRequestNotUsableException.class})
    void forget() {}
}
