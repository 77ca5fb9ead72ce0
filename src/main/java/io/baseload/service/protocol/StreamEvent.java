package io.baseload.service.protocol;

import io.baseload.service.web.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A server-sent event.
 *
 * @param name its {@code event} field; empty = no such field
 * @param data one line
 */
public record StreamEvent(Optional<String> name, byte[] data) {
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] NEXT = ascii("\n");
    private static final byte[] END = ascii("\n\n");

    /** A value as JSON, without a name. */
    public static StreamEvent of(Object value) {
        return new StreamEvent(Optional.empty(), Json.bytes(value));
    }

    /** A value as JSON. */
    public static StreamEvent of(String name, Object value) {
        return new StreamEvent(Optional.of(name), Json.bytes(value));
    }

    /** A word that is not JSON. */
    public static StreamEvent word(String word) {
        return new StreamEvent(Optional.empty(), ascii(word));
    }

    void write(OutputStream out) throws IOException {
        if (name.isPresent()) {
            out.write(EVENT);
            out.write(ascii(name.get()));
            out.write(NEXT);
        }
        out.write(DATA);
        out.write(data);
        out.write(END);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
