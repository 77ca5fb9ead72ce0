package io.baseload.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Requests many one-token completions from a running service and compares three counts: tokens that the answers reported, tokens that the quota
 * counted, tokens that the audit trail has. {@code Soak URL ADMIN_KEY COUNT CONNECTIONS [MODEL]}; exit code 1 if an answer failed or the books differ.
 */
public final class Soak {
    private static final int SHOWN_FAILURES = 5;

    private final Rest operator;
    private final String model;
    private final PrintStream out;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    private Soak(Rest operator, String model, PrintStream out) {
        this.operator = operator;
        this.model = model;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 4) {
            System.err.println("usage: Soak URL ADMIN_KEY COUNT CONNECTIONS [MODEL]");
            System.exit(2);
        }
        String model = args.length > 4 ? args[4] : "default";
        var soak = new Soak(new Rest(args[0], args[1]), model, System.out);
        Report report = soak.run(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        System.out.println(report);
        System.exit(report.consistent() ? 0 : 1);
    }

    /** Runs against a service; for tests. */
    public static Report run(String url, String adminKey, int count, int connections, String model) throws Exception {
        return new Soak(new Rest(url, adminKey), model, System.out).run(count, connections);
    }

    /**
     * What was found.
     *
     * @param reported tokens by the answers
     * @param used tokens by the quota
     * @param audited tokens by the outcomes in the audit trail
     * @param outcomes outcomes in the audit trail
     */
    public record Report(
            int asked,
            int failed,
            long reported,
            long used,
            long audited,
            int outcomes,
            boolean chainVerifies,
            boolean complete,
            double perSecond) {
        public boolean consistent() {
            return failed == 0 && reported == used && used == audited && outcomes == asked && chainVerifies && complete;
        }

        @Override
        public String toString() {
            return "%s: %d asked, %d failed, %.0f/s; tokens: %d reported, %d used, %d audited in %d outcomes; chain %s, trail %s"
                    .formatted(
                            consistent() ? "consistent" : "NOT CONSISTENT",
                            asked,
                            failed,
                            perSecond,
                            reported,
                            used,
                            audited,
                            outcomes,
                            chainVerifies ? "verifies" : "DOES NOT VERIFY",
                            complete ? "complete" : "NOT COMPLETE");
        }
    }

    private Report run(int count, int connections) throws Exception {
        String tenant = "soak-" + System.currentTimeMillis();
        String key = createTenant(tenant, connections);
        long begin = System.nanoTime();
        long reported = askAll(new Rest(operator.url(), key), count, connections);
        double seconds = (System.nanoTime() - begin) / 1e9;
        long used = usedWhenSettled(tenant);
        Audited audited = audited(tenant);
        JsonNode verification = operator.get("/admin/v1/audit/verification");
        return new Report(
                count,
                failures.get(),
                reported,
                used,
                audited.tokens(),
                audited.outcomes(),
                verification.at("/integrity/ok").asBoolean(),
                verification.at("/completeness/ok").asBoolean(),
                count / seconds);
    }

    private String createTenant(String tenant, int connections) throws IOException, InterruptedException {
        operator.post(
                "/admin/v1/tenants",
                Map.of(
                        "id",
                        tenant,
                        "windows",
                        List.of(Map.of("period", "month", "tokens", 1_000_000_000)),
                        "max_concurrent",
                        2 * connections));
        return operator.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString();
    }

    private long askAll(Rest user, int count, int connections) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(connections)) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                sums.add(threads.submit(() -> askOneAfterTheOther(user, count)));
            }
            long total = 0;
            for (Future<Long> sum : sums) {
                total += sum.get();
            }
            return total;
        }
    }

    private long askOneAfterTheOther(Rest user, int count) {
        long tokens = 0;
        while (asked.getAndIncrement() < count) {
            tokens += ask(user);
        }
        return tokens;
    }

    private long ask(Rest user) {
        try {
            var question = Map.of("model", model, "prompt", List.of(1), "max_tokens", 1);
            return user.post("/v1/completions", question)
                    .at("/usage/total_tokens")
                    .asLong();
        } catch (IOException e) {
            if (failures.incrementAndGet() <= SHOWN_FAILURES) {
                out.println("failed: " + e.getMessage());
            }
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Settlement follows the answer: waits until nothing is reserved any more. */
    private long usedWhenSettled(String tenant) throws IOException, InterruptedException {
        for (int tries = 0; ; tries++) {
            JsonNode month = month(operator.get("/admin/v1/tenants/" + tenant + "/usage"));
            if (month.get("reserved").asLong() == 0 || tries == 100) {
                return month.get("used").asLong();
            }
            Thread.sleep(100);
        }
    }

    private static JsonNode month(JsonNode usage) {
        for (JsonNode window : usage.get("windows")) {
            if (window.get("period").asString().equals("month")) {
                return window;
            }
        }
        throw new IllegalStateException("no month in " + usage);
    }

    private record Audited(long tokens, int outcomes) {}

    private Audited audited(String tenant) throws IOException, InterruptedException {
        String route = "/admin/v1/audit?limit=1000&kind=completion.outcome&tenant=" + tenant;
        long tokens = 0;
        int outcomes = 0;
        String after = "";
        while (true) {
            JsonNode page = operator.get(route + after);
            for (JsonNode entry : page.get("data")) {
                tokens += entry.at("/detail/prompt_tokens").asLong()
                        + entry.at("/detail/completion_tokens").asLong();
                outcomes++;
            }
            if (page.get("next").isNull()) {
                return new Audited(tokens, outcomes);
            }
            after = "&after=" + page.get("next").asString();
        }
    }
}
