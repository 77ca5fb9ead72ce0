package io.baseload.service.openai;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A request, the answer to it, and who asks. */
record Exchange(HttpServletRequest request, HttpServletResponse response, Caller caller) {
    String id() {
        return RequestIds.of(request);
    }

    Fields body() throws IOException {
        return Fields.of(request.getInputStream().readAllBytes());
    }
}
