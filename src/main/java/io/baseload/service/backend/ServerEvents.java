package io.baseload.service.backend;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads server-sent events. Comments, ids and retries are skipped; {@code error:} lines, which older llama.cpp servers write, are events of that name. */
final class ServerEvents {
    private static final int MAX_EVENT = 4 << 20;

    private final Source in;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int end;

    ServerEvents(Source in) {
        this.in = in;
    }

    /** As {@link java.io.InputStream#read(byte[])}. */
    @FunctionalInterface
    interface Source {
        int read(byte[] into) throws IOException;
    }

    /** @param name empty for ordinary ones */
    record Event(String name, String data) {}

    /**
     * The next event; empty at the end. An event cut off by the end is dropped.
     *
     * @throws EventTooLargeException if it has more than 4 MB
     * @throws IOException if the connection breaks
     */
    Optional<Event> next() throws IOException {
        var name = "";
        var data = new StringBuilder();
        boolean any = false;
        for (Optional<String> line = line(); line.isPresent(); line = line()) {
            String text = line.get();
            if (text.isEmpty()) {
                if (any) {
                    return Optional.of(new Event(name, data.toString()));
                }
                name = ""; // without data it is no event
                continue;
            }
            int colon = text.indexOf(':');
            String field = colon < 0 ? text : text.substring(0, colon);
            String value = colon < 0 ? "" : text.substring(colon + 1).stripLeading();
            switch (field) {
                case "event" -> name = value;
                case "data", "error" -> {
                    name = field.equals("error") ? "error" : name;
                    data.append(any ? "\n" : "").append(value);
                    any = true;
                }
                default -> {}
            }
            if (data.length() > MAX_EVENT) {
                throw new EventTooLargeException("an event of more than " + MAX_EVENT + " characters");
            }
        }
        return Optional.empty();
    }

    private Optional<String> line() throws IOException {
        var line = new ByteArrayOutputStream(256);
        int octet = read();
        if (octet < 0) {
            return Optional.empty();
        }
        while (octet >= 0 && octet != '\n') {
            line.write(octet);
            if (line.size() > MAX_EVENT) {
                throw new EventTooLargeException("a line of more than " + MAX_EVENT + " bytes");
            }
            octet = read();
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }

    private int read() throws IOException {
        if (position == end) {
            position = 0;
            end = Math.max(0, in.read(buffer));
        }
        return position < end ? buffer[position++] & 0xFF : -1;
    }
}
