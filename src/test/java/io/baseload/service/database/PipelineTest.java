package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.Patience;
import io.baseload.testing.RecordingLine;
import io.baseload.testing.TestPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionOperations;

/** Statements that are sent together, on a real PostgreSQL. */
class PipelineTest {
    /** More than the driver needs until it prepares statements on the server. */
    private static final int ROUNDS = 20;

    private final List<String> read = new ArrayList<>();
    private RecordingLine line;
    private TestPlatform platform;

    @BeforeEach
    void start() throws Exception {
        line = new RecordingLine(TestPlatform.server().port());
        platform = TestPlatform.behind(line.port(), List.of());
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
        line.close();
    }

    @Test
    void runInTheirOrderInOneRoundTripHoweverOften() {
        for (int i = 0; i < ROUNDS; i++) {
            read.clear();
            run(
                    set("first " + i),
                    get(),
                    new SqlStatement("UPDATE tenant SET weight = weight WHERE id = :value", Map.of("value", "default")),
                    set("second " + i),
                    get());
            assertThat(read).containsExactly("first " + i, "second " + i);
        }
        assertThat(line.trips())
                .filteredOn(trip -> trip.stream().anyMatch(sql -> sql.startsWith("SELECT current_setting")))
                .hasSize(ROUNDS)
                .allMatch(trip -> trip.size() == 6 && trip.getFirst().equals("BEGIN"));
    }

    @Test
    void noneRunsAfterOneThatFails() {
        var impossible = new SqlStatement("INSERT INTO tenant (id) VALUES (:value::text)", Map.of("value", "default"));
        assertThatThrownBy(() -> run(set("before"), impossible, get()))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThat(read).isEmpty();
    }

    @Test
    void commitInTheSameRoundTrip() {
        transactions().executeWithoutResult(status -> {
            pipeline().runAndCommit(List.of(weight(2), weight(3)));
            assertThat(platform.superuser()
                            .sql("SELECT weight FROM tenant WHERE id = 'default'")
                            .query(Integer.class)
                            .single())
                    .as("to others, before the caller's commit")
                    .isEqualTo(3);
        });
        assertThat(line.trips())
                .filteredOn(trip -> trip.stream().anyMatch(sql -> sql.startsWith("UPDATE tenant SET weight")))
                .singleElement()
                .satisfies(
                        trip -> assertThat(trip).hasSize(4).startsWith("BEGIN").endsWith("COMMIT"));
        assertThat(line.trips().getLast()).as("the caller's commit").isNotEqualTo(List.of("COMMIT"));
    }

    @Test
    void nothingIsCommittedIfOneFails() {
        assertThatThrownBy(() -> transactions()
                        .executeWithoutResult(status -> pipeline().runAndCommit(List.of(weight(2), weight(-1)))))
                .isInstanceOf(DataIntegrityViolationException.class);
        run(new SqlStatement(
                "SELECT weight FROM tenant WHERE id = 'default'",
                Map.of(),
                row -> assertThat(row.getInt("weight")).isOne()));
    }

    @Test
    void whatTheReaderOfARowThrowsIsThrown() {
        var refused = new SqlStatement("SELECT 1 AS value", Map.of(), row -> {
            throw new IllegalStateException("row " + row.getInt("value"));
        });
        assertThatThrownBy(() -> run(refused, get()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("row 1");
    }

    /** So that a statement may rely on a lock that one before it has taken. */
    @Test
    void oneThatFollowsALockSeesWhatWasCommittedBeforeTheLockWasFree() throws Exception {
        var lock = new SqlStatement("SELECT id FROM tenant WHERE id = 'default' FOR UPDATE", Map.of());
        var count = new SqlStatement(
                "SELECT count(*)::text AS value FROM price WHERE model = :model",
                Map.of("model", "new"),
                row -> read.add(row.getString("value")));
        try (var thread = Executors.newSingleThreadExecutor();
                var holder = platform.superuserConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("SELECT FROM tenant WHERE id = 'default' FOR UPDATE");
            holder.createStatement()
                    .execute("INSERT INTO price (model, valid_from, prompt, cached, completion) VALUES ('new', now(),"
                            + " 1, 1, 1)");
            var running = thread.submit(() -> run(lock, count));
            Patience.await().until(this::somebodyWaits);
            holder.commit();
            running.get();
        }
        assertThat(read).containsExactly("1");
    }

    private boolean somebodyWaits() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND"
                        + " wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }

    private static SqlStatement set(String value) {
        return new SqlStatement("SELECT set_config('baseload.test', :value, true)", Map.of("value", value));
    }

    private SqlStatement get() {
        return new SqlStatement(
                "SELECT current_setting('baseload.test', true) AS value",
                Map.of(),
                row -> read.add(row.getString("value")));
    }

    private static SqlStatement weight(int weight) {
        return new SqlStatement("UPDATE tenant SET weight = :weight WHERE id = 'default'", Map.of("weight", weight));
    }

    private void run(SqlStatement... statements) {
        transactions().executeWithoutResult(status -> pipeline().run(List.of(statements)));
    }

    private Pipeline pipeline() {
        return platform.get(Pipeline.class);
    }

    private TransactionOperations transactions() {
        return platform.get(TransactionOperations.class);
    }
}
