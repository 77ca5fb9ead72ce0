package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.ScriptedBackend.Connection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Completions of texts by a backend: what is sent, and how its chunks are read. */
class BackendCompletionsTest {
    private static final Backend.Offer MODEL = new Backend.Offer("m", "upstream");
    private static final Input TEXT = new Input.Texts(List.of("Once upon"));

    @TempDir
    Path home;

    private ScriptedBackend server;
    private BackendConnections connections;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = LoopbackConnections.of(home, new SimpleMeterRegistry());
        connections.use(List.of(new Backend(
                "b",
                URI.create(server.url()),
                new Secret.None(),
                List.of(MODEL),
                new Backend.Limits(Duration.ofMinutes(5), Duration.ofMinutes(5), 4, "max_completion_tokens", true),
                Instant.EPOCH)));
    }

    @AfterEach
    void stop() {
        connections.close();
        server.close();
    }

    @Test
    void aTextIsContinuedWithTheBackendsUsage() throws Exception {
        server.on("upstream", connection -> {
            connection.stream();
            text(connection, 0, " a");
            text(connection, 0, " time");
            finish(connection, 0, "length");
            connection.usage(3, 2);
            connection.done();
        });
        var heard = ask(request(TEXT, 1, 5, -1, false));
        assertThat(heard.finished().usage()).isEqualTo(new Usage(3, 2));
        assertThat(heard.answer.text()).isEqualTo(" a time");
        assertThat(heard.reason).isEqualTo(StopReason.LENGTH);
        var sent = server.requests().getFirst();
        assertThat(sent.head()).startsWith("POST /v1/completions ");
        assertThat(sent.body().get("prompt").asString()).isEqualTo("Once upon");
        assertThat(sent.body().get("max_tokens").asInt()).isEqualTo(5);
        assertThat(sent.body().at("/stream_options/include_usage").asBoolean()).isTrue();
        assertThat(sent.body().propertyNames())
                .containsExactlyInAnyOrder(
                        "model", "prompt", "max_tokens", "temperature", "top_p", "stream", "stream_options");
    }

    @Test
    void fieldsThatChangeTheAnswerAreSent() throws Exception {
        server.on("upstream", connection -> {
            connection.stream();
            for (int i = 0; i < 4; i++) {
                text(connection, i, "text " + i);
                finish(connection, i, "stop");
            }
            connection.done();
        });
        var both = new Input.Texts(List.of("One", "Two"), false, false);
        assertThat(ask(request(both, 2, 5, 3, true)).finished().cancelled()).isFalse();
        JsonNode sent = server.requests().getLast().body();
        assertThat(sent.get("prompt").toString()).isEqualTo("[\"One\",\"Two\"]");
        assertThat(sent.get("n").asInt()).isEqualTo(2);
        assertThat(sent.get("echo").asBoolean()).isTrue();
        assertThat(sent.get("logprobs").asInt()).isEqualTo(3);
        assertThat(sent.get("parse_special").asBoolean(true)).isFalse();
        assertThat(sent.get("add_special_tokens").asBoolean(true)).isFalse();
    }

    @Test
    void tokenIdsAreSentAndCountedAsTheyAre() throws Exception {
        server.on("upstream", BackendCompletionsTest::oneWord);
        var ids = new Input.Tokens(List.of(new int[] {70_001, 2, 30_003}));
        var usage = ask(request(ids, 1, 5, -1, false)).finished().usage();
        assertThat(usage).isEqualTo(new Usage(3, 1, 0, true));
        assertThat(server.requests().getLast().body().get("prompt").toString()).isEqualTo("[70001,2,30003]");
        assertThat(completions().leastTokens(request(ids, 1, 5, -1, false))).isEqualTo(3);
        assertThat(prepared(request(ids, 1, 5, -1, false)).promptTokens()).isGreaterThan(3);
    }

    @Test
    void logprobsComeInColumns() throws Exception {
        server.on("upstream", connection -> {
            connection.stream();
            connection.event("""
                {"choices":[{"index":0,"text":"Once upon","logprobs":{"tokens":["Once"," upon"],\
                "token_logprobs":[null,-0.5],"top_logprobs":[null,{" a":-2.5," upon":-0.5}],\
                "text_offset":[0,4]},"finish_reason":null}]}\
                """);
            finish(connection, 0, "length");
            connection.usage(2, 0);
            connection.done();
        });
        var heard = ask(request(TEXT, 1, 0, 2, true));
        assertThat(heard.finished().usage()).as("nothing was generated").isEqualTo(new Usage(2, 0));
        assertThat(heard.answer.text()).isEqualTo("Once upon");
        List<TokenLogprob> tokens = heard.answer.logprobs();
        assertThat(tokens).extracting(TokenLogprob::text).containsExactly("Once", " upon");
        assertThat(tokens).extracting(TokenLogprob::logprob).containsExactly(Float.NaN, -0.5f);
        assertThat(tokens.getLast().top())
                .extracting(TokenLogprob::text)
                .as("the likeliest first")
                .containsExactly(" upon", " a");
    }

    /** As from llama.cpp's server. */
    @Test
    void orAsInChats() throws Exception {
        server.on("upstream", connection -> {
            connection.stream();
            connection.event("""
                {"choices":[{"index":0,"text":"é","logprobs":{"content":[{"token":"é","logprob":-0.25,\
                "bytes":[195,169],"top_logprobs":[]}]},"finish_reason":"stop"}]}\
                """);
            connection.done();
        });
        var heard = ask(request(TEXT, 1, 5, 0, false));
        heard.finished();
        assertThat(heard.answer.logprobs()).extracting(TokenLogprob::logprob).containsExactly(-0.25f);
    }

    @Test
    void onlyTheTextOfAChunkCounts() throws Exception {
        server.on("upstream", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":0,\"text\":\"a\",\"delta\":{\"content\":\"b\","
                    + "\"reasoning\":\"c\",\"tool_calls\":[{}]},\"finish_reason\":\"stop\"}]}");
            connection.done();
        });
        var heard = ask(request(TEXT, 1, 5, -1, false));
        assertThat(heard.finished().usage().completion()).isEqualTo(1);
        assertThat(heard.answer.text()).isEqualTo("a");
        assertThat(heard.answer.reasoning()).isEmpty();
    }

    @Test
    void fewerAnswersThanPromptsAreTheRequestsFault() throws Exception {
        server.on("upstream", BackendCompletionsTest::oneWord);
        var two = new Input.Texts(List.of("One", "Two"));
        assertThat(ask(request(two, 1, 5, -1, false)).failed().cause())
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("prompt"));
        assertThat(client().state()).isEqualTo(BackendHealth.State.UP);
    }

    @Test
    void theBestOfSeveralIsRefusedBeforeAnythingIsSent() {
        var request = new CompletionRequest(
                TEXT,
                ToolSet.EMPTY,
                1,
                2,
                OptionalInt.of(5),
                SamplingOptions.defaults(),
                List.of(),
                -1,
                OutputFormat.text(),
                false);
        assertThatThrownBy(() -> ask(request))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("best_of"));
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void aBackendWithoutTheRouteStaysUp(int status) {
        server.on("upstream", connection -> connection.whole(status, "", "{}"));
        assertThatThrownBy(() -> ask(request(TEXT, 1, 5, -1, false)))
                .isInstanceOfSatisfying(
                        UpstreamException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED));
        assertThat(client().state(MODEL, "any")).isEqualTo(BackendHealth.State.UP);
    }

    @Test
    void aRefusalThatNamesNoFieldMeansThePrompt() {
        server.on("upstream", connection -> connection.whole(400, "", "{\"error\":{\"message\":\"one string only\"}}"));
        assertThatThrownBy(() -> ask(request(TEXT, 1, 5, -1, false)))
                .hasMessageContaining("one string only")
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("prompt"));
    }

    /** A tenant that has long prompts scored doesn't make the backend look broken to others. */
    @ParameterizedTest
    @ValueSource(strings = {"\"0123456789\"", "0"})
    void tooMuchAtOnceCountsForItsOwnerOnly(String value) throws Exception {
        server.on("upstream", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":0,\"text\":\"a\",\"logprobs\":{\"tokens\":[" + value
                    + ("," + value).repeat(400_000) + "]}}]}");
        });
        for (int i = 0; i < 4; i++) {
            var failed = ask(request(TEXT, 1, 0, 1, true)).failed();
            assertThat(failed.cause()).hasMessage("The backend sent an event that is too large.");
        }
        assertThat(client().state(MODEL, FlowId.NONE.value())).isEqualTo(BackendHealth.State.COOLING);
        assertThat(client().state(MODEL, "other")).isEqualTo(BackendHealth.State.UP);
    }

    private static void oneWord(Connection connection) throws IOException {
        connection.stream();
        text(connection, 0, "word");
        finish(connection, 0, "stop");
        connection.done();
    }

    private static void text(Connection connection, int index, String text) throws IOException {
        connection.event("{\"object\":\"text_completion\",\"choices\":[{\"index\":" + index + ",\"text\":\"" + text
                + "\",\"logprobs\":null,\"finish_reason\":null}]}");
    }

    private static void finish(Connection connection, int index, String reason) throws IOException {
        connection.event(
                "{\"choices\":[{\"index\":" + index + ",\"text\":\"\",\"finish_reason\":\"" + reason + "\"}]}");
    }

    private static CompletionRequest request(Input input, int choices, int maxTokens, int logprobs, boolean echo) {
        return new CompletionRequest(
                input,
                ToolSet.EMPTY,
                choices,
                choices,
                OptionalInt.of(maxTokens),
                SamplingOptions.defaults(),
                List.of(),
                logprobs,
                OutputFormat.text(),
                echo);
    }

    private HeardAnswer ask(CompletionRequest request) {
        var heard = new HeardAnswer();
        heard.completion = prepared(request).start(answer -> Lease.unlimited(), heard::accept);
        return heard;
    }

    private PreparedCompletion prepared(CompletionRequest request) {
        return completions().prepare(request, FlowId.NONE, CacheScope.PRIVATE);
    }

    private Completions completions() {
        return client().completions(MODEL);
    }

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }
}
