package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kill -9} in the middle of a batch: what has ended is not run again, all else is. */
final class BatchKilledIT {
    private static final int LINES = 24;
    private static final String LINE = """
        {"custom_id": "%d", "method": "POST", "url": "/v1/completions", "body": {"model": "default", "prompt": "Once", \
        "max_tokens": 60, "logit_bias": {"2": -100}}}
        """;

    @TempDir
    Path home;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void theNextRunGoesOn() throws Exception {
        String batch;
        int before;
        try (ServiceProcess service = start()) {
            Rest rest = service.rest();
            String file = upload(
                    rest, IntStream.range(0, LINES).mapToObj(LINE::formatted).collect(Collectors.joining()));
            batch = rest.post(
                            "/v1/batches",
                            Map.of("input_file_id", file, "endpoint", "/v1/completions", "completion_window", "24h"))
                    .get("id")
                    .asString();
            Patience.await().until(() -> completed(rest, batch) >= 3);
            before = completed(rest, batch);
            service.kill();
        }
        try (ServiceProcess service = start()) {
            Rest rest = service.rest();
            assertThat(completed(rest, batch)).isGreaterThanOrEqualTo(before);
            Patience.await()
                    .until(() -> rest.get("/v1/batches/" + batch)
                            .get("status")
                            .asString()
                            .equals("completed"));
            JsonNode ended = rest.get("/v1/batches/" + batch);
            assertThat(ended.at("/request_counts/completed").asInt()).isEqualTo(LINES);
            Map<String, List<String>> answered =
                    answered(rest, ended.get("output_file_id").asString());
            assertThat(answered).hasSize(LINES);
            assertThat(answered.values()).allMatch(requests -> requests.size() == 1);
            long again = answered.values().stream()
                    .filter(requests -> requests.getFirst().endsWith("_2"))
                    .count();
            assertThat(again).as("what ran when it was killed").isBetween(0L, 4L);
            List<String> done = outcomes(rest);
            answered.values().forEach(requests -> assertThat(done).containsOnlyOnce(requests.getFirst()));
            JsonNode trail = rest.get("/admin/v1/audit/verification");
            assertThat(trail.at("/integrity/ok").asBoolean()).isTrue();
            assertThat(trail.at("/completeness/ok").asBoolean()).isTrue();
        }
    }

    private ServiceProcess start() throws Exception {
        return ServiceProcess.start(home, "");
    }

    private static int completed(Rest rest, String batch) throws Exception {
        return rest.get("/v1/batches/" + batch).at("/request_counts/completed").asInt();
    }

    private String upload(Rest rest, String lines) throws Exception {
        String form = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lines.jsonl\"\r\n\r\n" + lines
                + "\r\n--x--\r\n";
        var answer = http.send(
                request(rest, "/v1/files")
                        .header("Content-Type", "multipart/form-data; boundary=x")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
        return Rest.json(answer).get("id").asString();
    }

    private static HttpRequest.Builder request(Rest rest, String route) {
        return HttpRequest.newBuilder(URI.create(rest.url() + route))
                .header("Authorization", "Bearer " + RunningService.KEY);
    }

    /** The ids of the requests that answered each line. */
    private Map<String, List<String>> answered(Rest rest, String file) throws Exception {
        var answer = http.send(request(rest, "/v1/files/" + file + "/content").build(), BodyHandlers.ofString());
        return answer.body()
                .lines()
                .map(new JsonMapper()::readTree)
                .collect(Collectors.groupingBy(
                        line -> line.get("custom_id").asString(),
                        TreeMap::new,
                        Collectors.mapping(
                                line -> line.at("/response/request_id").asString(), Collectors.toList())));
    }

    private static List<String> outcomes(Rest rest) throws Exception {
        return new Admin(rest)
                .trail("completion.outcome").stream()
                        .map(entry -> entry.get("subject").asString())
                        .toList();
    }
}
