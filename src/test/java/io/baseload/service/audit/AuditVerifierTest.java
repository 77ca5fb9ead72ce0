package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The cost of verifications: one runs at a time for all callers, and it doesn't hold the trail in memory. */
class AuditVerifierTest {
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");
    private static final int CALLERS = 4;
    private static final String WAITING =
            "pg_stat_activity WHERE datname = current_database() AND usename = 'baseload_app' AND wait_event_type ="
                    + " 'Lock'";

    private TestPlatform platform;
    private AuditVerifier verifier;

    @BeforeEach
    void write() {
        platform = TestPlatform.fresh(Watch.class);
        verifier = platform.get(AuditVerifier.class);
        append(300);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void callersDuringAVerificationGetItsResult() throws Exception {
        List<FutureTask<Verification>> asked;
        try (var holder = holdTheTrail()) {
            asked = askTogether();
            holder.rollback();
        }
        var result = asked.getFirst().get();
        assertThat(result.integrity().ok()).isTrue();
        for (var one : asked) {
            assertThat(one.get()).isSameAs(result);
        }
        append(1);
        assertThat(verifier.verify().entries()).as("a new verification").isEqualTo(result.entries() + 1);
    }

    @Test
    void aVerificationThatFailsFailsForThemAllAndTheNextOneRuns() throws Exception {
        List<Throwable> failures;
        try (var holder = holdTheTrail()) {
            var asked = askTogether();
            platform.superuser()
                    .sql("SELECT pg_cancel_backend(pid) FROM " + WAITING)
                    .query(Boolean.class)
                    .list();
            failures = asked.stream().map(AuditVerifierTest::failure).toList();
            holder.rollback();
        }
        assertThat(failures).doesNotContainNull().containsOnly(failures.getFirst());
        assertThat(verifier.verify().integrity().ok()).isTrue();
    }

    /** The checkpoint is in the middle of a page, and asks the database while the page is in memory. */
    @Test
    void aVerificationHoldsOnePageOfTheTrail() {
        platform.get(Checkpoints.class).take();
        append(3 * TrailRows.MAX_ROWS);
        var watch = platform.get(Watch.class);
        long others = entriesInMemory();
        watch.watched = Thread.currentThread();
        var verification = verifier.verify();
        watch.watched = null;
        assertThat(verification.integrity().ok()).isTrue();
        assertThat(verification.round().walked()).isGreaterThan(3 * TrailRows.MAX_ROWS);
        assertThat(watch.entries)
                .hasSizeGreaterThan(10)
                .allSatisfy(entries -> assertThat(entries - others)
                        .as("at most one page, and the one that it replaces")
                        .isLessThanOrEqualTo(2 * TrailRows.MAX_ROWS));
        assertThat(watch.entries)
                .as("it sees the page")
                .anySatisfy(entries -> assertThat(entries - others).isGreaterThan(100));
    }

    @Test
    void missingNodesOfTheTreeAreWrittenAgain() {
        var proofs = platform.get(AuditProofs.class);
        platform.get(Checkpoints.class).take();
        platform.superuser().sql("DELETE FROM audit_subtree").update();
        append(1);
        platform.get(Checkpoints.class).take();
        assertThatThrownBy(() -> proofs.consistency(270)).isInstanceOf(TrailBrokenException.class);
        assertThat(verifier.verify().integrity().ok()).isTrue();
        assertThat(proofs.consistency(270)).isPresent();
    }

    /** The application's role may insert nodes. */
    @Test
    void aNodeOfTheTreeThatIsNotThatOfItsEntriesIsNamed() {
        platform.jdbc()
                .sql("INSERT INTO audit_subtree (level, place, hash) VALUES (8, 1, sha256('x'))")
                .update();
        append(300);
        platform.get(Checkpoints.class).take();
        var integrity = verifier.verify().integrity();
        assertThat(integrity.firstBadSeq()).hasValue(257);
        assertThat(integrity.reason()).hasValueSatisfying(why -> assertThat(why).contains("Merkle tree over 256"));
    }

    /** Its first entry has been read in each round before it can be compared. */
    @Test
    void aFalseNodeIsNamedUntilItIsComparedAgainAndHidesNothingBehindIt() {
        platform.jdbc()
                .sql("INSERT INTO audit_subtree (level, place, hash) VALUES (8, 3, sha256('x'))")
                .update();
        append(2 * TrailRows.MAX_ROWS);
        var limited =
                new AuditVerifier(new TrailRows(platform.jdbc()), platform.get(Checkpoints.class), TrailRows.MAX_ROWS);
        assertThat(limited.verify().integrity().ok()).as("not compared yet").isTrue();
        long walked = 0;
        for (int i = 0; i < 8; i++) {
            var verification = limited.verify();
            assertThat(verification.integrity().firstBadSeq()).hasValue(769);
            walked = Math.max(walked, verification.round().walked());
        }
        assertThat(walked).isGreaterThan(2 * TrailRows.MAX_ROWS);
        platform.superuser().sql("DELETE FROM audit_subtree").update();
        var rounds = IntStream.range(0, 8).mapToObj(i -> limited.verify()).toList();
        assertThat(rounds.getLast().integrity().ok()).as("it is written again").isTrue();
    }

    @Test
    void aVerificationWithManyCheckpointsReadsFewerEntries() {
        var checkpoints = platform.get(Checkpoints.class);
        for (int i = 0; i < 30; i++) {
            append(1);
            checkpoints.take();
        }
        append(2 * TrailRows.MAX_ROWS);
        var limited = new AuditVerifier(new TrailRows(platform.jdbc()), checkpoints, TrailRows.MAX_ROWS + 500);
        assertThat(limited.verify().round().walked()).isEqualTo(TrailRows.MAX_ROWS);
        assertThat(limited.verify().round().walked()).isGreaterThan(2 * TrailRows.MAX_ROWS);
    }

    /** Calls of {@link AuditVerifier#verify}, the first of which waits for the trail while the others wait for it. */
    private List<FutureTask<Verification>> askTogether() {
        var asked = Stream.generate(() -> new FutureTask<>(verifier::verify))
                .limit(CALLERS)
                .toList();
        var threads = asked.stream()
                .map(task -> Thread.ofPlatform().daemon().start(task))
                .toList();
        Patience.await()
                .until(() -> isHeld()
                        && threads.stream()
                                        .filter(AuditVerifierTest::waitsForAnother)
                                        .count()
                                == CALLERS - 1);
        return asked;
    }

    private boolean isHeld() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM " + WAITING + ")")
                .query(Boolean.class)
                .single();
    }

    /** A thread that waits for the database runs, as Java sees it. */
    private static boolean waitsForAnother(Thread thread) {
        return thread.getState() != Thread.State.RUNNABLE
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(AuditVerifier.class.getName()));
    }

    private static @Nullable Throwable failure(FutureTask<Verification> task) {
        try {
            task.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection holdTheTrail() throws SQLException {
        var holder = platform.superuserConnection();
        holder.setAutoCommit(false);
        holder.createStatement().execute("LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE");
        return holder;
    }

    private void append(int entries) {
        var trail = platform.get(AuditTrail.class);
        for (int written = 0; written < entries; written += 100) {
            trail.append(IntStream.range(written, Math.min(entries, written + 100))
                    .mapToObj(i -> new AuditTrail.NewEntry(ACTOR, "admin.test", "subject " + i, Map.of("i", i)))
                    .toList());
        }
    }

    private static long entriesInMemory() {
        try {
            var histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return Pattern.compile("(\\d+)\\s+\\d+\\s+" + Pattern.quote(AuditEntry.class.getName()) + "\\s")
                    .matcher(histogram)
                    .results()
                    .mapToLong(line -> Long.parseLong(line.group(1)))
                    .sum();
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts the entries in memory whenever a connection to the database is taken. */
    static final class Watch implements BeanPostProcessor {
        private final Queue<Long> entries = new ConcurrentLinkedQueue<>();
        /** Others connect too, and to look takes a second. */
        private volatile @Nullable Thread watched;

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof DataSource source ? new Watched(source) : bean;
        }

        private final class Watched extends DelegatingDataSource {
            Watched(DataSource source) {
                super(source);
            }

            @Override
            public Connection getConnection() throws SQLException {
                if (Thread.currentThread() == watched) {
                    entries.add(entriesInMemory());
                }
                return super.getConnection();
            }
        }
    }
}
