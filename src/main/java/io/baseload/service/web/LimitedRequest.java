package io.baseload.service.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.util.WebUtils;

/** A request whose body is limited in size and time and, if it stays in memory, is counted against the memory for all bodies, as are other data that the request reads. */
public final class LimitedRequest extends HttpServletRequestWrapper {
    private static final Duration MAX_REST = Duration.ofSeconds(10);

    private final BodyMemory memory;
    private final BodyTerms terms;
    private final int number;
    private @Nullable Body body;
    private BodyMemory.@Nullable Body counted;
    private @Nullable Map<String, String[]> parameters;

    LimitedRequest(HttpServletRequest request, BodyMemory memory, BodyTerms terms) {
        super(request);
        this.memory = memory;
        this.terms = terms;
        @Nullable ServedConnection connection = ServedConnection.current();
        this.number = connection == null ? 0 : connection.beginRequest();
    }

    /** Counts additional memory that a request needs until it ends, for an answer that its client may be slow to read for example, as if it were part of its body. Negative bytes give back. Without a body only the request's own thread may do so. */
    public static void count(HttpServletRequest request, long bytes) {
        @Nullable LimitedRequest limited = WebUtils.getNativeRequest(request, LimitedRequest.class);
        if (limited != null && limited.terms.kept() && !limited.grow(Math.toIntExact(bytes))) {
            throw BodyMemory.full();
        }
    }

    private boolean grow(int bytes) {
        if (counted == null) {
            counted = memory.begin(owner(), () -> {});
            memory.complete(counted);
        }
        return memory.grow(counted, bytes);
    }

    /** The tenant; all strangers together are one. */
    private static String owner() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof KeyAuthentication key
                ? key.getPrincipal().tenant()
                : "";
    }

    /** Whether the client of this thread's request has closed its side of the connection. Only for requests whose body has been read. */
    public static boolean hasClientLeft() {
        @Nullable ServedConnection connection = ServedConnection.current();
        return connection != null && connection.hasClientLeft();
    }

    /** Returns the memory of the body. Remaining data from the client is read for a while, so that it sees the answer. */
    void end() {
        if (counted != null) {
            memory.end(counted);
        }
        @Nullable ServedConnection connection = ServedConnection.current();
        if (connection != null && sendsMore()) {
            connection.await(System.nanoTime(), MAX_REST.toNanos());
        }
    }

    private boolean sendsMore() {
        boolean announced = getContentLengthLong() > 0 || getHeader("Transfer-Encoding") != null;
        return announced && (body == null || !body.isFinished());
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        refuseCompression(getHeader("Content-Encoding"));
        if (getContentLengthLong() > terms.maxBytes()) {
            throw terms.tooLarge();
        }
        if (body == null) {
            @Nullable ServedConnection connection = ServedConnection.current();
            if (terms.kept() && counted == null) {
                counted = memory.begin(owner(), connection == null ? () -> {} : () -> connection.cut(number));
            }
            body = new Body(getRequest().getInputStream(), memory, terms, connection, counted);
        }
        return body;
    }

    private static void refuseCompression(@Nullable String encoding) {
        if (encoding != null && !encoding.isBlank() && !encoding.equalsIgnoreCase("identity")) {
            throw ApiException.refused(
                            415, "unsupported_media_type", "Send the body without compression (Content-Encoding).")
                    .with("Accept-Encoding", "identity");
        }
    }

    @Override
    public BufferedReader getReader() throws IOException {
        return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }

    /** Tomcat would read a form without these limits, into an array of the announced size. */
    @Override
    public Map<String, String[]> getParameterMap() {
        if (parameters == null) {
            parameters = FormFields.areIn(this) ? withForm() : super.getParameterMap();
        }
        return parameters;
    }

    private Map<String, String[]> withForm() {
        try {
            byte[] form = getInputStream().readAllBytes(); // from here on Tomcat leaves the body alone
            return FormFields.after(super.getParameterMap(), new String(form, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw brokenOff();
        }
    }

    @Override
    public @Nullable String getParameter(String name) {
        String @Nullable [] values = getParameterValues(name);
        return values == null ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        return getParameterMap().get(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    static ApiException tooSlow() {
        return ApiException.refused(408, "request_timeout", "The body did not arrive in time.");
    }

    static ApiException brokenOff() {
        return ApiException.refused(400, null, "The body ended before it was complete.");
    }

    private static final class Body extends ServletInputStream {
        private final ServletInputStream raw;
        private final BodyMemory memory;
        private final BodyTerms terms;
        private final @Nullable ServedConnection connection;
        private final BodyMemory.@Nullable Body counted;
        private final long begun = System.nanoTime();
        private long count;

        Body(
                ServletInputStream raw,
                BodyMemory memory,
                BodyTerms terms,
                @Nullable ServedConnection connection,
                BodyMemory.@Nullable Body counted) {
            this.raw = raw;
            this.memory = memory;
            this.terms = terms;
            this.connection = connection;
            this.counted = counted;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                int bytes = readRaw(target, offset, length);
                refuseOtherEncodings(target, offset, bytes);
                return counted(bytes);
            } catch (SocketTimeoutException e) {
                throw tooSlow();
            } catch (IOException e) {
                throw brokenOff();
            }
        }

        private int readRaw(byte[] target, int offset, int length) throws IOException {
            if (connection == null) {
                return raw.read(target, offset, length);
            }
            connection.await(begun, terms.nanos(count));
            try {
                return raw.read(target, offset, length);
            } finally {
                connection.done();
            }
        }

        /** JSON is UTF-8 (RFC 8259), but parsers detect UTF-16 and UTF-32 by a zero byte or a mark in the first four bytes. */
        private void refuseOtherEncodings(byte[] target, int offset, int bytes) {
            for (int i = 0; i < bytes && count + i < 4; i++) {
                byte one = target[offset + i];
                if (one == 0 || one == (byte) 0xFE || one == (byte) 0xFF) {
                    throw ApiException.invalid(null, null, "The body must be JSON in UTF-8.");
                }
            }
        }

        private int counted(int bytes) {
            count += Math.max(0, bytes);
            if (count > terms.maxBytes()) {
                throw terms.tooLarge();
            }
            if (bytes > 0 && counted != null && !memory.grow(counted, bytes)) {
                throw BodyMemory.full();
            }
            if (System.nanoTime() - begun > terms.nanos(count)) {
                throw tooSlow();
            }
            if (counted != null && raw.isFinished()) {
                memory.complete(counted);
            }
            return bytes;
        }

        @Override
        public boolean isFinished() {
            return raw.isFinished();
        }

        @Override
        public boolean isReady() {
            return raw.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            raw.setReadListener(listener);
        }
    }
}
