package io.baseload.service.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;

/** Writes JSON answers, whatever {@code Accept} says. */
public final class Answers {
    private Answers() {}

    public static void json(HttpServletResponse response, Object value) throws IOException {
        byte[] body = Json.bytes(value);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Does nothing if an answer has begun: then only closing the connection can tell the client. */
    static void error(HttpServletResponse response, ApiError error, String requestId) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        response.setStatus(error.status());
        response.setHeader(RequestIds.HEADER, requestId);
        error.headers().forEach(response::setHeader);
        json(response, error.body());
    }
}
