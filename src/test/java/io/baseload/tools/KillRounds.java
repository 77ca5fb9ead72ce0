package io.baseload.tools;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.testing.ServiceProcess;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/**
 * Three processes on one PostgreSQL under load. In each round one of them, in each third round PostgreSQL itself, is killed with {@code kill -9} and comes back. Then
 * the records are compared: no window exceeds its limit, quota and audit trail have the same tokens, no answer that a client got is
 * missing there, none is recorded twice, nothing is left reserved, the chain is whole. A run in which nobody reached a limit says nothing about limits: it fails too.
 *
 * <p>{@code KillRounds ROUNDS FOLDER}; the folder is new. All of it listens on the loopback address only, and no round begins after a quarter of an hour. Exit code 1
 * if the books differ or a round was left out.
 */
public final class KillRounds {
    private static final int PROCESSES = 3;
    private static final int CLIENTS = 8;
    private static final int LIMIT_PER_MINUTE = 60;
    private static final long MAX_NANOS = Duration.ofMinutes(15).toNanos();
    private static final String OWNER = "baseload_owner";

    private final Path folder;
    private final EmbeddedDatabase database;
    private final List<ServiceProcess> services = new CopyOnWriteArrayList<>();
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final AtomicLong reported = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private volatile boolean over;

    private KillRounds(Path folder) {
        this.folder = folder;
        this.database = EmbeddedDatabase.start(BaseloadHome.at(folder.resolve("database")));
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: KillRounds ROUNDS FOLDER");
            System.exit(2);
        }
        Path folder = Files.createDirectory(Path.of(args[1]).toAbsolutePath());
        System.exit(new KillRounds(folder).run(Integer.parseInt(args[0])) ? 0 : 1);
    }

    private boolean run(int rounds) throws Exception {
        try {
            for (int i = 0; i < PROCESSES; i++) {
                services.add(start(i));
                services.get(i).rest();
            }
            List<Thread> clients = clients();
            boolean all = killInTurn(rounds);
            over = true;
            for (Thread client : clients) {
                client.join();
            }
            return compare() && all;
        } finally {
            for (ServiceProcess service : services) {
                service.close();
            }
            database.close();
        }
    }

    /** Half of them may spend without a limit, half run into theirs all the time. */
    private List<Thread> clients() throws Exception {
        String wide = tenant("wide", List.of());
        String narrow = tenant("narrow", List.of(Map.of("period", "minute", "tokens", LIMIT_PER_MINUTE)));
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String key = i % 2 == 0 ? wide : narrow;
            clients.add(Thread.ofPlatform().start(() -> ask(key)));
        }
        return clients;
    }

    private String tenant(String id, List<?> windows) throws Exception {
        Rest operator = services.getFirst().rest();
        operator.post("/admin/v1/tenants", Map.of("id", id, "windows", windows, "max_concurrent", 64));
        return operator.post("/admin/v1/tenants/" + id + "/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString();
    }

    private boolean killInTurn(int rounds) throws Exception {
        long begun = System.nanoTime();
        for (int round = 1; round <= rounds; round++) {
            if (System.nanoTime() - begun > MAX_NANOS) {
                System.out.println("out of time before round " + round);
                return false;
            }
            Thread.sleep(ThreadLocalRandom.current().nextLong(2_000, 4_000));
            String victim = round % 3 == 0 ? killPostgres() : killProcess();
            System.out.printf(
                    "round %d, %s killed: %d answered, %d refused, %d broken so far%n",
                    round, victim, answered.size(), refused.get(), broken.get());
        }
        Thread.sleep(3_000);
        return true;
    }

    private String killProcess() throws Exception {
        int victim = ThreadLocalRandom.current().nextInt(PROCESSES);
        services.get(victim).kill();
        services.set(victim, start(victim));
        services.get(victim).rest();
        return "process " + victim;
    }

    private String killPostgres() throws Exception {
        Path pid = folder.resolve("database/pg/postmaster.pid");
        long server = Long.parseLong(Files.readAllLines(pid).getFirst().strip());
        ProcessHandle.of(server).orElseThrow().destroyForcibly();
        Thread.sleep(5_000);
        return "PostgreSQL";
    }

    private void ask(String key) {
        while (!over) {
            int tokens = 1 + ThreadLocalRandom.current().nextInt(8);
            ServiceProcess service = services.get(ThreadLocalRandom.current().nextInt(PROCESSES));
            try {
                HttpResponse<String> answer = service.rest()
                        .as(key)
                        .send(
                                "POST",
                                "/v1/completions",
                                Map.of("model", "default", "prompt", List.of(1), "max_tokens", tokens));
                if (answer.statusCode() == 200) {
                    reported.addAndGet(
                            Rest.json(answer).at("/usage/total_tokens").asLong());
                    answered.add(answer.headers().firstValue("x-request-id").orElseThrow());
                } else {
                    refused.incrementAndGet();
                    Thread.sleep(100);
                }
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) { // the process was killed, or is not up yet
                broken.incrementAndGet();
                pause();
            }
        }
    }

    private boolean compare() throws Exception {
        for (int i = 0; i < 120 && open() > 0; i++) {
            Thread.sleep(1_000);
        }
        long over = number("SELECT count(*) FROM quota_window JOIN tenant_window l USING (tenant, key_prefix, model,"
                + " period) WHERE used + reserved > l.tokens");
        long used =
                number("SELECT sum(used) FROM quota_window WHERE period = 'month' AND key_prefix = '' AND model = ''");
        long reserved = number("SELECT sum(reserved) FROM quota_window");
        long audited = number("SELECT sum((detail->>'prompt_tokens')::int + (detail->>'completion_tokens')::int)"
                + " FROM audit_entry WHERE kind = 'completion.outcome'");
        long twice = number("SELECT count(*) FROM (SELECT 1 FROM audit_entry WHERE kind = 'completion.outcome' AND"
                + " detail->>'correction' IS NULL GROUP BY detail->>'reservation' HAVING count(*) > 1) d");
        long lost = number("SELECT count(*) FROM reservation WHERE state IN ('lost', 'corrected')");
        long missing = missing();
        JsonNode found = services.getFirst().rest().get("/admin/v1/audit/verification");
        System.out.printf(
                "used %d, audited %d, reported to clients %d; reserved %d, open %d, windows beyond their limit %d%n",
                used, audited, reported.get(), reserved, open(), over);
        System.out.printf(
                "%d answered, of which %d have no outcome; outcomes recorded twice %d, lost with their process %d;"
                        + " %s%n",
                answered.size(), missing, twice, lost, found);
        boolean good = over == 0
                && refused.get() > 0
                && reserved == 0
                && open() == 0
                && used == audited
                && reported.get() <= used
                && missing == 0
                && twice == 0
                && found.at("/integrity/ok").asBoolean()
                && found.at("/completeness/ok").asBoolean();
        System.out.println(good ? "all books agree" : "the books differ");
        return good;
    }

    private long open() throws SQLException {
        return number("SELECT count(*) FROM reservation WHERE state = 'open'");
    }

    /** Answers that clients got whose outcome the trail lacks. */
    private long missing() throws SQLException {
        try (Connection connection = connect();
                var query = connection.prepareStatement("SELECT count(*) FROM unnest(?::text[]) id WHERE NOT EXISTS"
                        + " (SELECT FROM audit_entry WHERE kind = 'completion.outcome' AND subject = id)")) {
            query.setArray(1, connection.createArrayOf("text", answered.toArray()));
            try (var row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.url(), OWNER, database.password(OWNER));
    }

    private ServiceProcess start(int index) throws Exception {
        return ServiceProcess.start(
                folder.resolve("home" + index),
                "",
                "server.address=127.0.0.1",
                "spring.datasource.url=" + database.url(),
                "spring.datasource.username=baseload_app",
                "spring.datasource.password=" + database.password("baseload_app"),
                "spring.flyway.user=" + OWNER,
                "spring.flyway.password=" + database.password(OWNER),
                "baseload.quota.lease=8s",
                "baseload.engine.threads=1",
                "baseload.engine.pinned=false");
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
