package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.TestPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import tools.jackson.databind.json.JsonMapper;

/** The trail grows little, however many requests are refused. */
class DeniedAccessTest {
    @Test
    void aFloodOfWrongKeysIsOneEntryThatCountsThem() {
        try (var platform = TestPlatform.fresh()) {
            var denied = platform.get(DeniedAccess.class);
            for (int i = 0; i < 10_000; i++) {
                denied.signInFailed("10.0." + i / 100 + ".1", "req_" + i);
            }
            denied.write();
            denied.write();
            var entries = platform.get(AuditTrail.class)
                    .page(0, Optional.of("system"), Optional.of("access."), 100)
                    .entries();
            assertThat(entries).hasSize(1);
            assertThat(entries.getFirst().kind()).isEqualTo("access.sign_in_failed");
            var detail = new JsonMapper().readTree(entries.getFirst().detail());
            assertThat(detail.get("count").asLong()).isEqualTo(10_000);
            assertThat(detail.get("addresses").size()).isEqualTo(10);
            assertThat(detail.at("/addresses/10.0.0.1").asLong()).isEqualTo(100);
            assertThat(detail.get("from_other_addresses").asLong()).isEqualTo(9_000);
            assertThat(detail.get("first_request_id").asString()).isEqualTo("req_0");
            var verification = platform.get(AuditVerifier.class).verify();
            assertThat(verification.integrity().ok()).isTrue();
            assertThat(verification.completeness().ok()).isTrue();
        }
    }

    @Test
    void eachKeyHasItsEntryAndTheirNumberIsBounded() {
        List<AuditTrail.NewEntry> written = new ArrayList<>();
        var denied = new DeniedAccess(written::addAll);
        for (int i = 0; i < 1_000; i++) {
            denied.forbidden(new Actor("acme", "bl_" + i), "GET /admin/v1/tenants", "10.0.0.1", "req_" + i);
        }
        denied.write();
        assertThat(written).hasSizeLessThanOrEqualTo(101);
        assertThat(written.getFirst().actor()).isEqualTo(new Actor("acme", "bl_0"));
        assertThat(written.getFirst().subject()).isEqualTo("GET /admin/v1/tenants");
        assertThat(written.stream()
                        .mapToLong(entry -> (long) entry.detail().get("count"))
                        .sum())
                .isEqualTo(1_000);
    }

    @Test
    void countsThatCanNotBeWrittenAreKept() {
        List<AuditTrail.NewEntry> written = new ArrayList<>();
        var away = new boolean[] {true};
        var denied = new DeniedAccess(entries -> {
            if (away[0]) {
                throw new DataAccessResourceFailureException("away");
            }
            written.addAll(entries);
        });
        denied.signInFailed("10.0.0.1", "req_1");
        assertThatThrownBy(denied::write).isInstanceOf(DataAccessResourceFailureException.class);
        denied.signInFailed("10.0.0.2", "req_2");
        away[0] = false;
        denied.write();
        assertThat(written).hasSize(1);
        assertThat((Object) written.getFirst().detail().get("count")).isEqualTo(2L);
        assertThat((Object) written.getFirst().detail().get("first_request_id")).isEqualTo("req_1");
    }
}
