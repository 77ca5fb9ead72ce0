package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.service.encryption.SealingKey;
import io.baseload.testing.Admin;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.MigratedHome;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kill -9} in the middle of a batch, and a database that is unreachable for a while: lines that have ended are not run again, all others are. */
final class BatchKilledIT {
    private static final int LINES = 12;
    private static final int TOKENS = 60; // of each answer
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
            batch = begun(rest, LINES);
            Patience.await().until(() -> completed(rest, batch) >= 3);
            before = completed(rest, batch);
            service.kill();
        }
        try (ServiceProcess service = start()) {
            Rest rest = service.rest();
            assertThat(completed(rest, batch)).isGreaterThanOrEqualTo(before);
            JsonNode ended = completedBatch(rest, batch);
            assertThat(ended.at("/request_counts/completed").asInt()).isEqualTo(LINES);
            Map<String, List<String>> answered =
                    answered(rest, ended.get("output_file_id").asString());
            assertThat(answered).hasSize(LINES);
            assertThat(answered.values()).allMatch(requests -> requests.size() == 1);
            long again = answered.values().stream()
                    .filter(requests -> requests.getFirst().endsWith("_2"))
                    .count();
            assertThat(again).as("what ran when it was killed").isBetween(0L, 4L);
            List<String> done = charged(rest);
            answered.values().forEach(requests -> assertThat(done).containsOnlyOnce(requests.getFirst()));
            assertThat(ended.at("/usage/output_tokens").asInt()).isEqualTo(LINES * TOKENS);
            assertThatTheTrailIsWhole(rest);
        }
    }

    @Test
    void aDatabaseThatGoesAndComesBackCostsNoLine() throws Exception {
        Path key = home.resolve("master-key");
        Files.writeString(key, Base64.getEncoder().encodeToString(SealingKey.random(SealingKey.BYTES)));
        try (EmbeddedDatabase database = MigratedHome.database(home.resolve("database"));
                CuttableLine line = new CuttableLine(database.port());
                RunningService service = RunningService.at(
                        home.resolve("service"), line.to(database, "baseload.encryption.key-file=" + key))) {
            Rest rest = service.rest();
            String batch = begun(rest, LINES);
            Patience.await().until(() -> completed(rest, batch) >= 2);
            line.cut();
            Patience.await().until(() -> new Admin(rest).health("readiness") == 503);
            line.mend();
            Patience.await().until(() -> new Admin(rest).health("readiness") == 200);
            JsonNode ended = completedBatch(rest, batch);
            assertThat(ended.at("/request_counts/completed").asInt()).isEqualTo(LINES);
            var answered = answered(rest, ended.get("output_file_id").asString());
            assertThat(answered).hasSize(LINES);
            var requests = answered.values().stream().flatMap(List::stream).toList();
            Patience.await()
                    .untilAsserted(() -> assertThat(charged(rest))
                            .as("each line is charged once, if need be later than it is answered")
                            .containsExactlyInAnyOrderElementsOf(requests));
            JsonNode usage = rest.get("/admin/v1/tenants/default/usage");
            assertThat(usage.get("completion_tokens").asInt()).isEqualTo(LINES * TOKENS);
            assertThat(ended.at("/usage/output_tokens").asInt()).isEqualTo(LINES * TOKENS);
            assertThat(ended.at("/usage/input_tokens").asInt())
                    .isEqualTo(usage.get("prompt_tokens").asInt());
            assertThatTheTrailIsWhole(rest);
        }
    }

    /** A reservation whose commit was not answered is given back a minute later. */
    private static void assertThatTheTrailIsWhole(Rest rest) throws Exception {
        Patience.await()
                .until(() -> rest.get("/admin/v1/audit/verification")
                        .at("/completeness/ok")
                        .asBoolean());
        assertThat(rest.get("/admin/v1/audit/verification").at("/integrity/ok").asBoolean())
                .isTrue();
    }

    private String begun(Rest rest, int size) throws Exception {
        String file =
                rest.upload(IntStream.range(0, size).mapToObj(LINE::formatted).collect(Collectors.joining()));
        return rest.post(
                        "/v1/batches",
                        Map.of("input_file_id", file, "endpoint", "/v1/completions", "completion_window", "24h"))
                .get("id")
                .asString();
    }

    /** The batch when it is completed; the service may fail to answer until then. */
    private static JsonNode completedBatch(Rest rest, String id) {
        return Patience.await()
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> rest.get("/v1/batches/" + id),
                        batch -> batch.path("status").asString().equals("completed"));
    }

    private ServiceProcess start() throws Exception {
        return ServiceProcess.start(home, "");
    }

    private static int completed(Rest rest, String batch) throws Exception {
        return rest.get("/v1/batches/" + batch).at("/request_counts/completed").asInt();
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

    /** The ids of the requests that were answered to their end. Those that an outage kept from starting are recorded too, as refused. */
    private static List<String> charged(Rest rest) throws Exception {
        return new Admin(rest)
                .trail("completion.outcome").stream()
                        .filter(entry -> entry.at("/detail/state").asString().equals("done"))
                        .map(entry -> entry.get("subject").asString())
                        .toList();
    }
}
