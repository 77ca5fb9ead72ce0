package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.testing.Admin;
import io.baseload.testing.MigratedHome;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.Streamed;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Two processes on one PostgreSQL are replaced as the chart's rolling update does it: a new one is ready, an old one gets no more requests, then {@code SIGTERM}. No request of clients
 * who ask all the time fails, nor does an answer that is still running.
 */
final class RollingUpdateIT {
    private static final int CLIENTS = 3;
    private static final String ANSWER = """
        {"model": "default", "prompt": "Once upon a time", "max_tokens": 24, "stream": true,\
         "stream_options": {"include_usage": true}, "logit_bias": {"2": -100}}\
        """;

    @TempDir
    Path folder;

    private final List<ServiceProcess> processes = new ArrayList<>();
    private final List<Rest> endpoints = new ArrayList<>();
    /** Held to read until an answer has begun: the time that load balancers have. The rest of it needs no endpoint. */
    private final ReadWriteLock balancer = new ReentrantReadWriteLock(true);

    private final List<Future<Integer>> clients = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean over;
    private EmbeddedDatabase database;

    @BeforeEach
    void start() {
        database = MigratedHome.database(folder.resolve("database"));
    }

    @AfterEach
    void stop() throws Exception {
        over = true;
        for (ServiceProcess process : processes) {
            process.close();
        }
        database.close();
    }

    @Test
    void noRequestFails() throws Exception {
        add();
        add();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit((Callable<Integer>) this::ask));
            }
            replaceAll();
        }
        int answers = 0;
        for (var client : clients) {
            answers += client.get();
        }
        assertAllSettled(endpoints.getLast(), answers);
    }

    private void replaceAll() throws Exception {
        try {
            for (ServiceProcess old : List.copyOf(processes)) {
                add();
                awaitRequests();
                remove(old);
            }
            awaitRequests();
        } finally {
            over = true;
        }
    }

    /** A further process, once it is ready. */
    private void add() throws Exception {
        var process = ServiceProcess.start(
                folder.resolve("home " + processes.size()), "", RunningService.oneOfSeveral(database));
        processes.add(process);
        Rest rest = process.rest();
        Patience.await().until(() -> new Admin(rest).health("readiness") == 200);
        balance(() -> endpoints.add(rest));
    }

    /** Until each process has got some. Throws what a client has met instead. */
    private void awaitRequests() {
        int before = asked.get();
        Patience.await().until(() -> {
            for (Future<Integer> client : clients) {
                if (client.isDone()) {
                    client.get();
                }
            }
            return asked.get() >= before + 3 * CLIENTS;
        });
    }

    /** Between requests. */
    private void balance(Runnable change) {
        balancer.writeLock().lock();
        try {
            change.run();
        } finally {
            balancer.writeLock().unlock();
        }
    }

    private void remove(ServiceProcess old) throws Exception {
        String address = old.rest().url();
        balance(() -> endpoints.removeIf(endpoint -> endpoint.url().equals(address)));
        assertThat(old.terminate().get()).isIn(0, 143);
        assertThat(old.log()).doesNotContain(" ERROR ");
    }

    /** Asks one endpoint after the other, and returns how many answers there were. */
    private int ask() throws Exception {
        int answers = 0;
        while (!over) {
            try (Streamed answer = begin()) {
                List<String> events = answer.rest();
                assertThat(events.getLast()).isEqualTo("[DONE]");
                assertThat(String.join("\n", events)).contains("\"completion_tokens\":24");
                answers++;
            }
        }
        return answers;
    }

    private Streamed begin() throws Exception {
        balancer.readLock().lock();
        try {
            Rest endpoint = endpoints.get(asked.getAndIncrement() % endpoints.size());
            Streamed answer = Streamed.ask(endpoint, RunningService.KEY, ANSWER);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.next()).isNotEmpty();
            return answer;
        } finally {
            balancer.readLock().unlock();
        }
    }

    private static void assertAllSettled(Rest rest, int answers) throws Exception {
        assertThat(answers).isGreaterThanOrEqualTo(9 * CLIENTS);
        assertThat(new Admin(rest).trail("completion.outcome"))
                .hasSize(answers)
                .allMatch(entry -> entry.at("/detail/state").asString().equals("done"));
        JsonNode found = rest.get("/admin/v1/audit/verification");
        assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
        assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
    }
}
