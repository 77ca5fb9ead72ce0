package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.testing.Admin;
import io.baseload.testing.OtherProcess;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A load that takes long: its chat template is a pipe, so that it ends when the test says so, and not before. */
final class LoadsIT {
    private static final String TEMPLATE = "{% for message in messages %}{{ message.content }}{% endfor %}";

    private static final String MEASURING = "waiting for a measurement of this machine";

    @TempDir
    static Path home;

    private static Path pipe;
    private static RunningService service;
    private static Rest rest;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        pipe = home.resolve("template");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        service = RunningService.at(home, "baseload.model.chat-templates.slow=" + pipe);
        rest = service.rest();
        admin = new Admin(rest);
        admin.importModel(home, TestModels.tiny(), "slow");
        admin.importModel(home, TestModels.tiny(), "quick");
        admin.move("quick", "load");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void aNameMovesToALoadedModelWhileAnotherIsLoaded() throws Exception {
        String load = job(rest.send("POST", "/admin/v1/models/slow/load", "{}"));
        awaitState("slow", "loading");
        admin.alias("chat", "quick");
        assertThat(admin.ask("chat").statusCode()).isEqualTo(200);
        assertThat(rest.send("DELETE", "/admin/v1/aliases/chat", "").statusCode())
                .isEqualTo(204);
        admin.alias("chat", "quick");
        admin.importModel(home, TestModels.reference("llama").resolve("model.gguf"), "meanwhile");
        assertThat(admin.job(load).get("state").asString()).isEqualTo("running");

        letGo();
        assertThat(admin.end(load).get("state").asString()).isEqualTo("succeeded");
        assertThat(admin.ask("slow").statusCode()).isEqualTo(200);
        admin.move("slow", "unload");
    }

    @Test
    void aLoadIsCancelledByItsJob() throws Exception {
        String load = job(rest.send("POST", "/admin/v1/models/slow/load", "{}"));
        awaitReading(load);
        rest.post("/admin/v1/jobs/" + load + "/cancel", "");
        letGo();
        assertThat(admin.end(load).get("state").asString()).isEqualTo("cancelled");
        awaitState("slow", "stored");
    }

    @Test
    void aLoadIsCancelledByAnUnload() throws Exception {
        String load = job(rest.send("POST", "/admin/v1/models/slow/load", "{}"));
        awaitReading(load);
        String unload = job(rest.send("POST", "/admin/v1/models/slow/unload", "{}"));
        awaitMessage(unload, "waiting for the end of its load");
        letGo();
        assertThat(admin.end(load).get("state").asString()).isEqualTo("cancelled");
        assertThat(admin.end(unload).get("state").asString()).isEqualTo("succeeded");
        assertThat(admin.state("slow")).isEqualTo("stored");
    }

    @Test
    void movingANameWithoutWaitingIsAJobThatCanBeCancelled() throws Exception {
        var started = rest.send(
                "PUT", "/admin/v1/aliases/later", Map.of("model", "slow"), "Prefer", "respond-async, wait=10");
        String move = job(started);
        assertThat(Rest.json(started).at("/job/kind").asString()).isEqualTo("alias");
        awaitReading(move);
        awaitState("slow", "loading");
        assertThat(admin.ask("later").statusCode()).isEqualTo(404);
        rest.post("/admin/v1/jobs/" + move + "/cancel", "");
        letGo();
        assertThat(admin.end(move).get("state").asString()).isEqualTo("cancelled");
        awaitState("slow", "stored");
        assertThat(admin.ask("later").statusCode()).isEqualTo(404);

        String again =
                job(rest.send("PUT", "/admin/v1/aliases/later", Map.of("model", "slow"), "Prefer", "respond-async"));
        letGo();
        assertThat(admin.end(again).get("state").asString()).isEqualTo("succeeded");
        assertThat(admin.ask("later").statusCode()).isEqualTo(200);
        assertThat(rest.send("DELETE", "/admin/v1/aliases/later", "").statusCode())
                .isEqualTo(204);
        awaitState("slow", "stored");
    }

    @Test
    void startingACanaryWithoutWaitingIsAJobThatCanBeCancelled() throws Exception {
        Map<String, ?> canary = Map.of("model", "slow", "percent", 5);
        String route = "/admin/v1/aliases/default/canary";
        assertThat(rest.send("PUT", route, Map.of("model", "nobody", "percent", 5), "Prefer", "respond-async")
                        .statusCode())
                .isEqualTo(404);
        String start = job(rest.send("PUT", route, canary, "Prefer", "respond-async"));
        awaitReading(start);
        assertThat(rest.send("GET", route, "").statusCode()).isEqualTo(404);
        rest.post("/admin/v1/jobs/" + start + "/cancel", "");
        letGo();
        assertThat(admin.end(start).get("state").asString()).isEqualTo("cancelled");
        awaitState("slow", "stored");
        assertThat(rest.send("GET", route, "").statusCode()).isEqualTo(404);

        String again = job(rest.send("PUT", route, canary, "Prefer", "respond-async"));
        letGo();
        assertThat(admin.end(again).get("state").asString()).isEqualTo("succeeded");
        assertThat(rest.get(route).get("state").asString()).isEqualTo("running");
        rest.post(route + "/rollback", "");
        awaitState("slow", "stored");
    }

    @Test
    void waitingForANameFailsWhenItsLoadIsCancelled() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> put("soon", "slow"));
        awaitState("slow", "loading");
        JsonNode move = rest.get("/admin/v1/jobs?limit=1").at("/data/0");
        assertThat(move.get("kind").asString()).isEqualTo("alias");
        assertThat(waiting).isNotDone();
        awaitReading(move.get("id").asString());
        rest.post("/admin/v1/jobs/" + move.get("id").asString() + "/cancel", "");
        letGo();
        HttpResponse<String> answer = waiting.get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        awaitState("slow", "stored");
        assertThat(rest.send("GET", "/v1/models/soon", "").statusCode()).isEqualTo(404);
    }

    @Test
    void anUnloadCancelsTheLoadThatARestartWouldContinue() throws Exception {
        admin.importModel(home, TestModels.tiny(), "left");
        service.bean(JdbcClient.class).sql("""
            INSERT INTO job (id, kind, model, state, progress, message, created_at, told_at, home, task)
            VALUES ('job_left', 'LOAD', 'left', 'RUNNING', 0.1, 'loading', clock_timestamp(), clock_timestamp(), gen_random_uuid(), '{"id": "left"}')\
            """).update();
        admin.move("left", "unload");
        assertThat(admin.end("job_left").get("state").asString()).isEqualTo("cancelled");
    }

    @Test
    void aLoadWaitsForTheMemoryOfAMeasurement() throws Exception {
        admin.importModel(home, TestModels.tiny(), "patient");
        String load = service.bean(ModelLoader.class).measure(allFreeMemory(), () -> {
            String job = job(post("/admin/v1/models/patient/load"));
            awaitMessage(job, MEASURING);
            return job;
        });
        JsonNode end = admin.end(load);
        assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("succeeded");
        admin.move("patient", "unload");
    }

    @Test
    void noModelIsUnloadedForTheMemoryOfAMeasurement() throws Exception {
        ModelLoader loader = service.bean(ModelLoader.class);
        admin.importModel(home, TestModels.tiny(), "requested");
        var message = new AtomicReference<String>();
        CompletableFuture<Void> load = loader.measure(allFreeMemory(), () -> {
            CompletableFuture<Void> running = CompletableFuture.runAsync(
                    () -> loader.load("requested", (fraction, now) -> message.set(now), () -> {}, enough -> {
                        throw new AssertionError("a model would be unloaded");
                    }));
            Patience.await().until(() -> running.isDone() || MEASURING.equals(message.get()));
            assertThat(running).isNotDone();
            return running;
        });
        load.get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
        assertThat(admin.state("requested")).isEqualTo("loaded");
        admin.move("requested", "unload");
    }

    @Test
    void aMeasurementThatFailsReturnsItsMemory() {
        ModelLoader loader = service.bean(ModelLoader.class);
        MemoryEstimate all = allFreeMemory();
        assertThatThrownBy(() -> loader.measure(all, () -> {
                    throw new IllegalStateException("no rates");
                }))
                .hasMessage("no rates");
        assertThat(loader.<String>measure(all, () -> "measured")).isEqualTo("measured");
    }

    @Test
    void anUnloadFailsIfTheModelIsLoadedAgainMeanwhile() throws Exception {
        String unload;
        try (ServedModel answering = service.bean(LoadedModels.class)
                .acquire("quick", "quick", id -> true)
                .orElseThrow()) {
            unload = job(rest.send("POST", "/admin/v1/models/quick/unload", "{}"));
            awaitMessage(unload, "waiting for running answers");
            admin.move("quick", "load");
            assertThat(answering.id()).isEqualTo("quick");
        }
        JsonNode end = admin.end(unload);
        assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("failed");
        assertThat(end.get("error").toString()).contains("loaded again");
        assertThat(admin.state("quick")).isEqualTo("loaded");
    }

    @Test
    void waitingForTheEndOfAModelEndsWhenItAnswersAgain() {
        LoadedModels loaded = service.bean(LoadedModels.class);
        service.bean(ModelLoader.class).inTurn(() -> {
            try (ServedModel answering =
                    loaded.acquire("quick", "quick", id -> true).orElseThrow()) {
                loaded.drain(answering.id());
                CompletableFuture<Boolean> gone = loaded.gone("quick");
                assertThat(gone).isNotDone();
                assertThat(loaded.reopen("quick")).isTrue();
                assertThat(gone).isCompletedWithValue(false);
                assertThat(loaded.gone("quick")).as("of one that answers").isCompletedWithValue(false);
            }
        });
        assertThat(loaded.answers("quick")).isTrue();
        assertThat(loaded.gone("nobody")).isCompletedWithValue(true);
    }

    @Test
    void aModelThatWasRequestedJustNowDoesNotMakeRoom() {
        LoadedModels loaded = service.bean(LoadedModels.class);
        service.bean(ModelLoader.class).inTurn(() -> {
            try (ServedModel answering =
                    loaded.acquire("quick", "quick", id -> true).orElseThrow()) {
                assertThat(loaded.drainIfIdle(answering.id())).isFalse();
                assertThat(loaded.answers("quick")).isTrue();
            }
        });
    }

    @Test
    void aModelThatAnotherProcessHasInMemoryIsNotDeleted() throws Exception {
        admin.importModel(home, TestModels.tiny(), "elsewhere");
        try (var other = new OtherProcess(service.bean(JdbcClient.class))) {
            for (String state : List.of("loaded", "loading", "draining")) {
                other.reports("elsewhere", state, Map.of());
                HttpResponse<String> refused = rest.send("DELETE", "/admin/v1/models/elsewhere", "");
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
                assertThat(refused.body()).contains("at elsewhere has the model 'elsewhere' in memory");
            }
            other.reports("elsewhere", "stored", Map.of());
            assertThat(rest.send("DELETE", "/admin/v1/models/elsewhere", "").statusCode())
                    .isEqualTo(204);
        }
    }

    private static MemoryEstimate allFreeMemory() {
        long taken = service.bean(LoadedModels.class).models().stream()
                .mapToLong(model -> model.resident().load().memory().total())
                .sum();
        return new MemoryEstimate(0, 0, service.bean(MemoryBudget.class).available(taken), 0);
    }

    private static HttpResponse<String> post(String path) {
        try {
            return rest.send("POST", path, "{}");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> put(String alias, String model) {
        try {
            return rest.send("PUT", "/admin/v1/aliases/" + alias, Map.of("model", model));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opening the pipe waits until the load reads it. */
    private static void letGo() throws IOException {
        Files.writeString(pipe, TEMPLATE);
    }

    private static String job(HttpResponse<String> started) {
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        return Rest.json(started).at("/job/id").asString();
    }

    private static void awaitState(String model, String state) {
        Patience.await().untilAsserted(() -> assertThat(admin.state(model)).isEqualTo(state));
    }

    /** Until the next that a load does is to read the pipe, whoever cancels it: {@link #letGo} would wait for ever for one that ends before. */
    private static void awaitReading(String job) {
        awaitMessage(job, "preparing the tokenizer");
    }

    private static void awaitMessage(String job, String message) {
        Patience.await()
                .untilAsserted(() ->
                        assertThat(admin.job(job).get("message").asString()).isEqualTo(message));
    }
}
