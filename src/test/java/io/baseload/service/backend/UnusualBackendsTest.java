package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.UpstreamBusyException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.Usage;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.Patience;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends whose answers are not quite OpenAI's, as those of some engines are. */
class UnusualBackendsTest {
    @TempDir
    Path home;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ScriptedBackend server;
    private BackendConnections connections;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = LoopbackConnections.of(home, registry);
        var model = new Backend.Offer("m", "m");
        connections.use(List.of(new Backend(
                "b",
                URI.create(server.url()),
                new Secret.None(),
                List.of(model),
                Backend.Limits.DEFAULT,
                Instant.EPOCH)));
    }

    @AfterEach
    void stop() {
        connections.close();
        server.close();
    }

    @Test
    void aFinishReasonThatIsEmptyOrTheWordNullEndsNothing() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            for (String none : List.of("", "null")) {
                connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w\"},\"finish_reason\":\"" + none
                        + "\"}]}");
            }
            connection.finish("length");
            connection.usage(1, 2);
            connection.done();
        });
        var heard = ask(1);
        assertThat(heard.finished().usage()).isEqualTo(new Usage(1, 2));
        assertThat(heard.answer.text()).isEqualTo("ww");
        assertThat(heard.reason).isEqualTo(StopReason.LENGTH);
    }

    @Test
    void anErrorWhoseBodyStallsIsStillAnError() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.send("HTTP/1.1 503 x\r\nRetry-After: 7\r\nContent-Length: 50\r\n\r\n{");
            connection.awaitClose();
            closed.complete(true);
        });
        assertThatThrownBy(() -> ask(1))
                .isInstanceOfSatisfying(
                        UpstreamBusyException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        assertThat(registry.get("baseload.backend.running").gauge().value()).isZero();
    }

    @Test
    void zerosInEveryChunkAreNoUsage() throws Exception {
        String chunk = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w\"}}],"
                + "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}";
        server.on("m", connection -> {
            connection.stream();
            connection.event(chunk);
            connection.event(chunk);
            connection.awaitClose();
        });
        var left = ask(1);
        Patience.await().until(() -> left.completion.usage().completion() == 2);
        left.completion.cancel();
        assertEstimated(left.finished().usage());

        server.on("m", connection -> {
            connection.stream();
            connection.event(chunk);
            connection.event(chunk);
            connection.finish("stop");
            connection.done();
        });
        assertEstimated(ask(1).finished().usage());
    }

    @Test
    void whatComesAfterTheLastUsageIsAddedToIt() throws Exception {
        String counted = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w\"}}],"
                + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}";
        server.on("m", connection -> {
            connection.stream();
            connection.text("w");
            connection.event(counted);
            connection.text("w");
            connection.text("w");
            connection.finish("stop");
            connection.done();
        });
        assertThat(ask(1).finished().usage()).isEqualTo(new Usage(9, 5, 0, true));

        server.on("m", connection -> {
            connection.stream();
            connection.text("w");
            connection.event(counted);
            connection.finish("stop");
            connection.done();
        });
        assertThat(ask(1).finished().usage()).as("nothing comes after it").isEqualTo(new Usage(9, 3));
    }

    @Test
    void aPromptWithoutTokensIsEstimated() throws Exception {
        server.says("m", 0, "two", "words");
        assertEstimated(ask(1).finished().usage());
    }

    private static void assertEstimated(Usage usage) {
        assertThat(usage.completion()).isEqualTo(2);
        assertThat(usage.prompt()).isPositive();
        assertThat(usage.estimated()).isTrue();
    }

    @Test
    void oneAnswerWhereTwoWereAskedForIsTheRequestsFault() throws Exception {
        server.says("m", 5, "the", "only", "one");
        var failed = ask(2).failed();
        assertThat(failed.cause()).isInstanceOfSatisfying(InvalidRequestException.class, e -> {
            assertThat(e.field()).isEqualTo("n");
            assertThat(e.code()).isEqualTo("unsupported_value");
        });
        assertThat(failed.usage()).isEqualTo(new Usage(5, 3));
        assertThat(client().state()).isEqualTo(BackendHealth.State.UP);
    }

    @Test
    void oneAnswerOfTwoWithoutAnEndIsBroken() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            connection.finish("stop");
        });
        assertThat(ask(2).failed().cause()).isInstanceOf(UpstreamException.class);
    }

    @Test
    void aStreamThatDoesNotEndAfterItsLastEventIsClosed() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            connection.finish("stop");
            connection.usage(1, 1);
            connection.done();
            try {
                while (true) {
                    connection.send(": still here\n\n");
                    Thread.sleep(50);
                }
            } catch (IOException e) {
                closed.complete(true);
            }
        });
        assertThat(ask(1).finished().usage()).isEqualTo(new Usage(1, 1));
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        Patience.await()
                .until(() -> registry.get("baseload.backend.running").gauge().value() == 0);
        assertThat(client().state()).isEqualTo(BackendHealth.State.UP);
    }

    @Test
    void aProbeOvertakenByARequestTakesNothingDown() throws Exception {
        Patience.await().until(() -> server.probes() == 1);
        var held = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        server.onProbe(connection -> {
            held.countDown();
            release.await();
            connection.whole(500, "", "{}");
        });
        server.says("m", 1, "Yes");
        var probe = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            Patience.await().until(() -> {
                client().probe(); // does nothing until the first one has ended
                return held.getCount() == 0;
            });
            probe.complete(true);
        });
        assertThat(held.await(5, TimeUnit.MINUTES)).isTrue();
        ask(1).finished();
        release.countDown();
        assertThat(probe.get(5, TimeUnit.MINUTES)).isTrue();
        assertThat(client().state()).isEqualTo(BackendHealth.State.UP);
    }

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }

    private HeardAnswer ask(int choices) {
        var question = CompletionRequest.chat(List.of(Message.user("Hi")));
        var request = new CompletionRequest(
                question.input(),
                question.tools(),
                choices,
                choices,
                OptionalInt.of(20),
                question.sampling(),
                List.of(),
                -1,
                question.format(),
                false);
        var heard = new HeardAnswer();
        heard.completion = client().completions(new Backend.Offer("m", "m"))
                .prepare(request)
                .start(answer -> Lease.unlimited(), heard::accept);
        return heard;
    }
}
