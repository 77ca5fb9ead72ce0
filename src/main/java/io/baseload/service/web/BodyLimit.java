package io.baseload.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses bodies that are too large, by their announced length or as they arrive. Tomcat reads the rest ({@code max-swallow-size}), so that the client sees the answer. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class BodyLimit extends OncePerRequestFilter {
    static final long MAX_BYTES = 8L << 20;

    private static final String UPLOADS = "/v1/files";

    private final BodyMemory memory = BodyMemory.ofHeap();
    private final BodyTerms uploads;

    /** @param maxFile largest file that may be uploaded */
    BodyLimit(@Value("${baseload.files.max-size:64MB}") DataSize maxFile) {
        this.uploads = BodyTerms.ofUpload(maxFile.toBytes());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var limited = new LimitedRequest(request, memory, terms(request));
        try {
            chain.doFilter(limited, response);
        } catch (ApiException refusal) { // of a form that a filter reads
            refusal.write(request, response);
        } finally {
            limited.end();
        }
    }

    private BodyTerms terms(HttpServletRequest request) {
        if (FormFields.areIn(request)) {
            return BodyTerms.FORM;
        }
        return isUpload(request) ? uploads : BodyTerms.USUAL;
    }

    private static boolean isUpload(HttpServletRequest request) {
        return request.getMethod().equals("POST") && request.getRequestURI().equals(UPLOADS);
    }
}
