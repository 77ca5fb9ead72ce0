package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Authenticator;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.TokenAuthenticator;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The end of a process that runs a line. */
class BatchShutdownTest {
    @Configuration(proxyBeanMethods = false)
    @Import({BatchConfiguration.class, CallerAdmission.class})
    static class Wiring {
        @Bean
        Authenticator authenticator() {
            return key -> Optional.empty();
        }

        @Bean
        TokenAuthenticator tokens() {
            return new TokenAuthenticator() {
                @Override
                public boolean reads(String bearer) {
                    return false;
                }

                @Override
                public Supplier<Optional<Caller>> verify(String token) {
                    return Optional::empty;
                }
            };
        }
    }

    @Test
    void stoppingDoesNotWaitForALineBeforeItStopsTheRest() throws Exception {
        try (var made = new TestBatches();
                var platform = made.platform.beside(Wiring.class)) {
            made.tenant("acme");
            RequestBatch batch = made.begun("acme", 1);
            var work = work(platform, Stream.empty());
            assertThat(work.getPhase()).isEqualTo(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
            var ended = new CountDownLatch(1);
            try (var other = made.platform.superuserConnection()) {
                other.setAutoCommit(false);
                execute(other, "LOCK TABLE stored_file"); // no line can be read
                work.start();
                Patience.await().until(() -> isRunning(made, batch));
                work.stop(ended::countDown);
                assertThat(ended.getCount()).isOne();
                other.rollback();
            }
            ended.await();
            assertThat(isRunning(made, batch)).isFalse();
        }
    }

    /** @param routes for lines */
    static BatchWork work(TestPlatform platform, Stream<BatchRoute> routes) {
        var files = platform.get(FileStore.class);
        var contents = platform.get(Contents.class);
        var batches = new BatchRows(platform.jdbc());
        var lines = new LineRows(platform.jdbc());
        var runner = new LineRunner(
                routes, files, contents, platform.get(ApiKeys.class), platform.get(CallerAdmission.class));
        var output = new BatchOutput(batches, lines, files, contents, platform.get(AuditTrail.class), TestBatches.TTL);
        return new BatchWork(
                batches,
                lines,
                new FileWork(batches, lines, files, output, 100),
                runner,
                contents,
                platform.get(Membership.class),
                platform.get(BatchProperties.class),
                new SimpleMeterRegistry());
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isRunning(TestBatches made, RequestBatch batch) {
        return made.platform
                .superuser()
                .sql("SELECT EXISTS (SELECT FROM batch_line WHERE batch = ? AND state = 'running')")
                .param(batch.id())
                .query(Boolean.class)
                .single();
    }
}
