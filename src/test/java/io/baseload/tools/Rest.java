package io.baseload.tools;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON over HTTP with a key. */
public final class Rest {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMinutes(5))
            .build();
    private final String url;
    private final String key;

    public Rest(String url, String key) {
        this.url = url;
        this.key = key;
    }

    public String url() {
        return url;
    }

    public Rest as(String otherKey) {
        return new Rest(url, otherKey);
    }

    /** @throws IOException if the answer's status is not 2xx; its message has status and body */
    public JsonNode get(String route) throws IOException, InterruptedException {
        return checked(send("GET", route, ""));
    }

    /** @throws IOException if the answer's status is not 2xx; its message has status and body */
    public JsonNode post(String route, Object body) throws IOException, InterruptedException {
        return checked(send("POST", route, body));
    }

    /** @throws IOException if the answer's status is not 2xx; its message has status and body */
    public JsonNode put(String route, Object body) throws IOException, InterruptedException {
        return checked(send("PUT", route, body));
    }

    /**
     * Any answer.
     *
     * @param body sent as JSON; none if it is an empty text
     * @param headers further ones: name, value, name, value …
     */
    public HttpResponse<String> send(String method, String route, Object body, String... headers)
            throws IOException, InterruptedException {
        String json = body instanceof String text ? text : JSON.writeValueAsString(body);
        var request = HttpRequest.newBuilder(URI.create(url + route))
                .timeout(Duration.ofMinutes(5))
                .header("Authorization", "Bearer " + key)
                .method(method, json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (!json.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /**
     * Uploads the lines of a batch.
     *
     * @return the file's id
     * @throws IOException if the answer's status is not 2xx; its message has status and body
     */
    public String upload(String lines) throws IOException, InterruptedException {
        String form = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lines.jsonl\"\r\n\r\n" + lines
                + "\r\n--x--\r\n";
        var request = HttpRequest.newBuilder(URI.create(url + "/v1/files"))
                .timeout(Duration.ofMinutes(5))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofString(form))
                .build();
        return checked(client.send(request, BodyHandlers.ofString())).get("id").asString();
    }

    public static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    private static JsonNode checked(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.request().uri().getPath() + ": " + answer.statusCode() + " " + answer.body());
        }
        return json(answer);
    }
}
