package io.baseload.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.TraceReceiver;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logs as JSON, in a process of its own, because a JVM has only one log. */
class JsonLogsIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4720";

    @TempDir
    static Path home;

    @ParameterizedTest
    @CsvSource({"ecs, ''", "logstash, ''", "gelf, _"})
    void linesOfARequestHaveItsIdsAndItsTrace(String format, String prefix) throws Exception {
        try (var receiver = new TraceReceiver();
                var service = ServiceProcess.gateway(
                        home,
                        "logging.structured.format.console=" + format,
                        "logging.level.org.springframework.web.servlet.DispatcherServlet=debug",
                        "management.opentelemetry.tracing.export.otlp.endpoint=" + receiver.endpoint())) {
            HttpResponse<String> answer = service.rest()
                    .send("GET", "/v1/models/none", "", "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
            assertThat(answer.statusCode()).isEqualTo(404);
            String id = answer.headers().firstValue("x-request-id").orElseThrow();
            Patience.await().until(() -> !linesOf(service, id).isEmpty());
            assertThat(linesOf(service, id)).allSatisfy(line -> {
                assertThat(line.path(prefix + "request_id").asString()).isEqualTo(id);
                assertThat(line.path(prefix + "address").asString()).isNotEmpty();
                assertThat(line.path(prefix + "traceId").asString()).isEqualTo(TRACE);
                assertThat(line.path(prefix + "spanId").asString()).matches("[0-9a-f]{16}");
            });
            assertThat(service.log().lines()).allMatch(line -> line.startsWith("{"));
        }
    }

    private static List<JsonNode> linesOf(ServiceProcess service, String request) {
        var json = new JsonMapper();
        return service.log()
                .lines()
                .filter(line -> line.contains(request))
                .map(json::readTree)
                .toList();
    }
}
