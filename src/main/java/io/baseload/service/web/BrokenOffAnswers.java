package io.baseload.service.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Failures of an answer that has started. Tomcat has to learn of them: it closes the connection, or the client would take what it has for the whole answer. This comes before all
 * others that handle failures, because Spring regards some as handled that it can only log by then, and connections to others that broke as the client's. A client that is gone needs no
 * answer, and its connection that broke is no failure of the service, whatever wrapped the exception on its way: a converter to JSON, for instance.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class BrokenOffAnswers implements HandlerExceptionResolver {
    /** @throws IllegalStateException with the failure as its cause, unless Tomcat knows of it: the client is gone, or an error occurred while its body was read */
    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (clientGone(failure)) {
            return new ModelAndView();
        }
        if (response.isCommitted() && request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) == null) {
            throw new IllegalStateException("The answer broke off", failure);
        }
        return null;
    }

    private static boolean clientGone(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClientAbortException || cause instanceof AsyncRequestNotUsableException) {
                return true;
            }
        }
        return false;
    }
}
