package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.Actor;
import io.baseload.service.quota.QuotaDecision;
import io.baseload.service.quota.Reservation;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.TestPlatform;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that each request changes: the space of their dead versions is used again, so that their tables don't grow with the requests. */
class HotRowsTest {
    private static final String TENANT = "hot";
    private static final int MAX_PAGES = 32;

    @ParameterizedTest
    @CsvSource({"500, 1", "20, 500"})
    void tablesOfHotRowsStaySmall(int groups, int size) {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(TENANT, List.of(), 1_000_000, 1));
            var ledger = platform.get(ReservationLedger.class).transactions();
            for (int i = 0; i < groups; i++) {
                var intents = Stream.generate(HotRowsTest::intent).limit(size).toList();
                assertThat(ledger.reserve(intents))
                        .allMatch(decision -> decision.orElseThrow() instanceof QuotaDecision.Granted);
                assertThat(ledger.settle(intents.stream()
                                .map(intent -> done(intent.reservation()))
                                .toList()))
                        .containsOnly(Optional.of(true));
            }
            for (String table : List.of("audit_head", "quota_window", "tenant")) {
                assertThat(pages(platform, table)).as("pages of " + table).isLessThanOrEqualTo(MAX_PAGES);
            }
        }
    }

    private static Intent intent() {
        var id = UUID.randomUUID();
        return new Intent(
                new Actor(TENANT, "bl_test"),
                new Reservation(id, id, TENANT, "bl_test", "tiny", "req-" + id, false, 1, 2, 1),
                "tiny",
                new EndUser(Optional.empty(), Optional.empty()),
                "tiny-1",
                new Origin("req-" + id, "192.0.2.7"),
                Optional.empty(),
                List.of());
    }

    private static Outcome done(Reservation reservation) {
        return new Outcome(
                reservation, Outcome.State.DONE, new Usage(1, 1), List.of("stop"), 5, Optional.empty(), List.of());
    }

    /** Of 8 KB. */
    private static long pages(TestPlatform platform, String table) {
        return platform.superuser()
                .sql("SELECT pg_relation_size(?::regclass) / 8192")
                .param(table)
                .query(Long.class)
                .single();
    }
}
