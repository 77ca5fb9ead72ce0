package io.baseload.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.Streamed;
import io.baseload.testing.TraceReceiver;
import io.baseload.tools.Rest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces as a collector gets them, of real requests to the real model. */
class TracesIT {
    private static final String MODEL = "smollm2-135m-instruct";
    private static final String HTTP = "http post /v1/chat/completions";
    private static final List<String> PHASES =
            List.of("quota", "prompt", "reserve", "queue", "prefill", "decode", "settle");
    private static final String PARENT = "00f067aa0ba902b7";
    private static final Map<String, Object> QUESTION = Map.of(
            "model",
            "default",
            "max_tokens",
            8,
            "temperature",
            0,
            "messages",
            List.of(Map.of("role", "user", "content", "Where is the Zambezi?")));

    @TempDir
    static Path home;

    private static TraceReceiver receiver;
    private static ScriptedBackend backend;
    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        receiver = new TraceReceiver();
        backend = new ScriptedBackend();
        service = start("times");
    }

    private static RunningService start(String detail) throws Exception {
        return RunningService.at(
                home,
                "management.opentelemetry.tracing.export.otlp.endpoint=" + receiver.endpoint(),
                "management.opentelemetry.tracing.export.schedule-delay=100ms",
                "management.opentelemetry.tracing.export.timeout=" + Patience.LIMIT,
                "management.opentelemetry.tracing.export.otlp.timeout=" + Patience.LIMIT,
                "management.opentelemetry.tracing.export.otlp.connect-timeout=" + Patience.LIMIT,
                "baseload.tracing.detail=" + detail,
                "baseload.model.warm-up=false",
                "baseload.backends.allowed-hosts=127.0.0.1");
    }

    @AfterAll
    static void stop() {
        service.close();
        backend.close();
        receiver.close();
    }

    @Test
    void aPlainAnswerIsATraceOfPhasesBelowTheClientsSpan() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4701";
        HttpResponse<String> answer = ask(QUESTION, trace);
        assertThat(answer.statusCode()).isEqualTo(200);
        List<Span> spans = receiver.trace(trace, HTTP);
        Span http = named(spans, HTTP);
        assertThat(TraceReceiver.parent(http)).isEqualTo(PARENT);
        assertThat(answer.headers().firstValue("traceparent"))
                .contains("00-" + trace + "-" + TraceReceiver.id(http) + "-01");
        assertPhases(spans, http, PHASES);
    }

    @Test
    void aStreamIsToo() throws Exception {
        try (var streamed = Streamed.ask(
                service.rest(),
                RunningService.KEY,
                "{\"model\":\"default\",\"prompt\":\"One, two,\",\"max_tokens\":8,\"stream\":true}")) {
            assertThat(streamed.status()).isEqualTo(200);
            assertThat(streamed.rest()).endsWith("[DONE]");
            String trace = streamed.header("traceparent").split("-", -1)[1];
            String root = "http post /v1/completions";
            List<Span> spans = receiver.trace(trace, root);
            Span http = named(spans, root);
            assertThat(TraceReceiver.parent(http)).isEmpty();
            assertPhases(spans, http, PHASES);
        }
    }

    @Test
    void aRefusedRequestHasReasonAndPhase() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4702";
        var body = Map.of("model", "default", "prompt", "Zambezi ".repeat(20_000), "max_tokens", 8);
        var answer = service.rest().send("POST", "/v1/completions", body, "traceparent", traceparent(trace));
        assertThat(answer.statusCode()).isEqualTo(400);
        List<Span> spans = receiver.trace(trace, "http post /v1/completions");
        Span asked = named(spans, "text_completion " + MODEL);
        assertThat(TraceReceiver.attributes(asked)).containsExactly(Map.entry("error.type", "InvalidRequestException"));
        assertThat(asked.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(asked.toString()).doesNotContain("Zambezi");
        assertThat(below(spans, asked)).extracting(Span::getName).containsExactly("quota");
    }

    @Test
    void backendsGetTheSpanOfTheRequest() throws Exception {
        backend.says("upstream", 5, "Hi", " there");
        service.rest()
                .post(
                        "/admin/v1/backends",
                        Map.of(
                                "name",
                                "other",
                                "base_url",
                                backend.url(),
                                "models",
                                List.of(Map.of("id", "far", "upstream", "upstream"))));
        String trace = "4bf92f3577b34da6a3ce929d0e0e4703";
        var question = Map.of("model", "far", "messages", List.of(Map.of("role", "user", "content", "Hello")));
        assertThat(ask(question, trace).statusCode()).isEqualTo(200);
        List<Span> spans = receiver.trace(trace, HTTP);
        Span asked = named(spans, "chat far");
        assertThat(asked.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(backend.requests().getLast().head())
                .containsIgnoringCase("traceparent: 00-" + trace + "-" + TraceReceiver.id(asked) + "-01");
        assertThat(below(spans, asked))
                .extracting(Span::getName)
                .containsExactly("quota", "prompt", "reserve", "backend", "decode", "settle");
    }

    @Test
    void soDoTheirEncoders() throws Exception {
        backend.on(
                "vectors",
                connection -> connection.json(
                        "{\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":3}}"));
        Rest rest = service.rest();
        var models = List.of(Map.of("id", "vectors"));
        rest.post("/admin/v1/backends", Map.of("name", "encoder", "base_url", backend.url(), "models", models));
        String trace = "4bf92f3577b34da6a3ce929d0e0e4713";
        var answer = rest.send(
                "POST",
                "/v1/embeddings",
                Map.of("model", "vectors", "input", "Hello"),
                "traceparent",
                traceparent(trace));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        List<Span> spans = receiver.trace(trace, "http post /v1/embeddings");
        Span asked = named(spans, "embeddings vectors");
        assertThat(asked.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(backend.requests().getLast().head())
                .containsIgnoringCase("traceparent: 00-" + trace + "-" + TraceReceiver.id(asked) + "-01");
        assertThat(below(spans, asked))
                .extracting(Span::getName)
                .containsExactly("quota", "prompt", "reserve", "backend", "settle");
    }

    @Test
    void probesAndScrapesAreNotTraced() throws Exception {
        String probe = "4bf92f3577b34da6a3ce929d0e0e4704";
        service.rest().send("GET", "/actuator/prometheus", "", "traceparent", traceparent(probe));
        String after = "4bf92f3577b34da6a3ce929d0e0e4705";
        service.rest().send("GET", "/v1/models", "", "traceparent", traceparent(after));
        receiver.trace(after, "http get /v1/models");
        assertThat(receiver.soFar(probe)).isEmpty();
    }

    /** An exemplar stays for a minute or so. */
    @Test
    void histogramsHaveExemplars() {
        Patience.await().untilAsserted(() -> {
            ask(QUESTION, "4bf92f3577b34da6a3ce929d0e0e4706");
            String metrics = service.rest()
                    .send("GET", "/actuator/prometheus", "", "Accept", "application/openmetrics-text; version=1.0.0")
                    .body();
            for (String histogram : List.of("time_to_first_token", "request_queue_time", "e2e_request_latency")) {
                assertThat(metrics.lines())
                        .anyMatch(line ->
                                line.startsWith("baseload_" + histogram + "_seconds_bucket{model_name=\"" + MODEL)
                                        && line.contains("trace_id=\""));
            }
        });
    }

    @Test
    void attributesAndContentsComeOnlyWhereTheyAreAskedFor() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4707";
        ask(QUESTION, trace);
        assertThat(receiver.trace(trace, HTTP).toString()).doesNotContain("Zambezi", "gen_ai");
        try {
            assertThat(asked("attributes", "4bf92f3577b34da6a3ce929d0e0e4708"))
                    .containsEntry("gen_ai.operation.name", "chat")
                    .containsEntry("gen_ai.request.model", "default")
                    .containsEntry("gen_ai.response.model", MODEL)
                    .containsEntry("gen_ai.request.max_tokens", "8")
                    .containsEntry("gen_ai.request.temperature", "0.0")
                    .containsEntry("gen_ai.usage.output_tokens", "8")
                    .containsEntry("gen_ai.response.finish_reasons", "length")
                    .doesNotContainKeys("gen_ai.input.messages", "gen_ai.output.messages");
            assertThat(asked("contents", "4bf92f3577b34da6a3ce929d0e0e4709"))
                    .containsEntry(
                            "gen_ai.input.messages",
                            "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Where is the"
                                    + " Zambezi?\"}]}]")
                    .hasEntrySatisfying(
                            "gen_ai.output.messages",
                            said -> assertThat(said)
                                    .startsWith("[{\"role\":\"assistant\",\"parts\":[{")
                                    .endsWith("\"finish_reason\":\"length\"}]"));
            assertFiltered();
        } finally {
            restart("times");
        }
    }

    /** With the contents, a collector gets no more than a model. */
    private static void assertFiltered() throws Exception {
        String filters = "/admin/v1/tenants/default/guardrails";
        var handling = Map.of("email", "redact", "credit_card", "block");
        service.rest()
                .put(
                        filters,
                        Map.of(
                                "filters",
                                List.of(Map.of("name", "pii", "kind", "personal_data", "handling", handling))));
        String redacted = "4bf92f3577b34da6a3ce929d0e0e470a";
        assertThat(ask(question("I am ann@example.com."), redacted).statusCode())
                .isEqualTo(200);
        assertThat(receiver.trace(redacted, HTTP).toString())
                .contains("I am [EMAIL].")
                .doesNotContain("ann@example");
        String blocked = "4bf92f3577b34da6a3ce929d0e0e470b";
        assertThat(ask(question("Charge 4111 1111 1111 1111, Zambezi"), blocked).statusCode())
                .isEqualTo(400);
        assertThat(receiver.trace(blocked, HTTP).toString()).doesNotContain("4111", "Zambezi");
        service.rest().put(filters, Map.of("filters", List.of()));
    }

    private static Map<String, Object> question(String text) {
        return Map.of(
                "model", "default", "max_tokens", 8, "messages", List.of(Map.of("role", "user", "content", text)));
    }

    private static void restart(String detail) throws Exception {
        service.close();
        service = start(detail);
    }

    /** The attributes of a model's span, with this detail. */
    private static Map<String, String> asked(String detail, String trace) throws Exception {
        restart(detail);
        assertThat(ask(QUESTION, trace).statusCode()).isEqualTo(200);
        return TraceReceiver.attributes(named(receiver.trace(trace, HTTP), "chat " + MODEL));
    }

    private static HttpResponse<String> ask(Map<String, Object> question, String trace)
            throws IOException, InterruptedException {
        Rest rest = service.rest();
        return rest.send("POST", "/v1/chat/completions", question, "traceparent", traceparent(trace));
    }

    private static String traceparent(String trace) {
        return "00-" + trace + "-" + PARENT + "-01";
    }

    /** One after the other without gaps, from the beginning of the model's span to its end. */
    private static void assertPhases(List<Span> spans, Span http, List<String> names) {
        Span asked = below(spans, http).getFirst();
        List<Span> phases = below(spans, asked);
        assertThat(phases).extracting(Span::getName).containsExactlyElementsOf(names);
        assertThat(phases.getFirst().getStartTimeUnixNano()).isEqualTo(asked.getStartTimeUnixNano());
        for (int i = 1; i < phases.size(); i++) {
            assertThat(phases.get(i).getStartTimeUnixNano())
                    .isEqualTo(phases.get(i - 1).getEndTimeUnixNano());
        }
        assertThat(phases.getLast().getEndTimeUnixNano()).isLessThanOrEqualTo(asked.getEndTimeUnixNano());
        assertThat(spans).hasSize(2 + names.size());
    }

    private static List<Span> below(List<Span> spans, Span parent) {
        return spans.stream()
                .filter(span -> TraceReceiver.parent(span).equals(TraceReceiver.id(parent)))
                .toList();
    }

    private static Span named(List<Span> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no span '" + name + "' in " + spans));
    }
}
