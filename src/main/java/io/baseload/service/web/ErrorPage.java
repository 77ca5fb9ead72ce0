package io.baseload.service.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * Answers for what ends outside a controller, in a filter or by {@code sendError}. An {@link IOException} here is always about the client's connection: Tomcat
 * brings it here even when a controller has answered it.
 */
@Controller
final class ErrorPage implements ErrorController {
    @RequestMapping("${spring.web.error.path:/error}")
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = RequestIds.of(request);
        Answers.error(response, error(request, id), id);
    }

    private static ApiError error(HttpServletRequest request, String id) {
        return switch (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION)) {
            case SocketTimeoutException e -> LimitedRequest.tooSlow();
            case IOException e -> LimitedRequest.brokenOff();
            case Throwable failure -> Failures.of(failure, id);
            case null, default -> byStatus(request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE), id);
        };
    }

    private static ApiError byStatus(@Nullable Object status, String id) {
        int known = status instanceof Integer code ? code : 404;
        return SpringFailures.byStatus(known, id);
    }
}
