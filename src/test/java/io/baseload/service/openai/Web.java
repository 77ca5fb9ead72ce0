package io.baseload.service.openai;

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

/** A client without any SDK. As the JDK's client does by default, it offers h2c on every request. */
public final class Web {
    public static final String USER = "bl_user";
    /** A user of another tenant. */
    public static final String OTHER = "bl_other";
    /** A user whose requests per minute are limited. */
    static final String LIMITED = "bl_limited";
    /** A user who may come from another address only. */
    static final String ELSEWHERE = "bl_elsewhere";

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final int port;

    public Web(int port) {
        this.port = port;
    }

    public record Reply(HttpResponse<String> http, String body) {
        public int status() {
            return http.statusCode();
        }

        public String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        public JsonNode json() {
            return JSON.readTree(body);
        }

        public JsonNode error() {
            return json().required("error");
        }

        @Override
        public String toString() {
            return status() + " " + http.headers().map() + "\n" + body;
        }
    }

    public Reply chat(String body) throws IOException, InterruptedException {
        return post("/v1/chat/completions", body);
    }

    public Reply completion(String body) throws IOException, InterruptedException {
        return post("/v1/completions", body);
    }

    public Reply post(String path, String body) throws IOException, InterruptedException {
        return post(path, body, USER);
    }

    public Reply post(String path, String body, String key) throws IOException, InterruptedException {
        return send(request(path)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    public Reply get(String path, String key) throws IOException, InterruptedException {
        return send(request(path).header("Authorization", "Bearer " + key));
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofMinutes(5));
    }

    public Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = CLIENT.send(request.build(), BodyHandlers.ofString());
        return new Reply(response, response.body());
    }

    public static JsonNode json(String text) {
        return JSON.readTree(text);
    }
}
