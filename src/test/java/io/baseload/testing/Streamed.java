package io.baseload.testing;

import io.baseload.tools.Rest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/** A streamed answer as it came over HTTP. */
public final class Streamed implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final HttpResponse<InputStream> response;
    private final InputStream body;
    private final Scanner lines;

    private Streamed(HttpResponse<InputStream> response) {
        this.response = response;
        this.body = response.body();
        this.lines = new Scanner(body, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** @param json with {@code "stream": true} */
    public static Streamed ask(Rest rest, String key, String json) throws IOException, InterruptedException {
        return ask(rest, key, "/v1/completions", json);
    }

    /** @param json with {@code "stream": true} */
    public static Streamed ask(Rest rest, String key, String route, String json)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(rest.url() + route))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return new Streamed(CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream()));
    }

    public int status() {
        return response.statusCode();
    }

    /** The first header of this name. */
    public String header(String name) {
        return response.headers().firstValue(name).orElseThrow(() -> new AssertionError("no header " + name));
    }

    /** The next event's data; empty at the end of the stream. */
    public String next() {
        while (lines.hasNextLine()) {
            String line = lines.nextLine();
            if (line.startsWith("data: ")) {
                return line.substring("data: ".length());
            }
        }
        return "";
    }

    /** All further events' data. */
    public List<String> rest() {
        List<String> rest = new ArrayList<>();
        for (String data = next(); !data.isEmpty(); data = next()) {
            rest.add(data);
        }
        return rest;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
