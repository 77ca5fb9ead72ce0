package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.KeyProperties;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A rotation at the moment at which somebody else changes the key, on a real PostgreSQL. */
class KeyRotationTest {
    @Test
    void aKeyThatHasJustGainedRightsIsNotRotatedBySomebodyWhoHasFewer() throws Exception {
        try (var platform = TestPlatform.fresh();
                var operator = platform.superuserConnection()) {
            var keys = platform.get(ApiKeys.class);
            var properties = new KeyProperties(Duration.ofDays(14), Duration.ofDays(90));
            var controller = new KeyController(keys, platform.get(Tenants.class), properties);
            var admin = new Caller(
                    "default", 1, Optional.empty(), "bl_admin", rights(Role.TENANT_ADMIN, Role.USER), Optional.empty());
            String prefix = keys.issue(admin.actor(), "default", rights(Role.USER))
                    .key()
                    .prefix();
            operator.setAutoCommit(false);
            operator.createStatement()
                    .execute("UPDATE api_key SET roles = roles || '{operator}' WHERE prefix = '" + prefix + "'");
            var rotated = CompletableFuture.supplyAsync(() -> controller.rotate("default", prefix, null, admin));
            Patience.await().until(() -> waits(platform));
            operator.commit();
            assertThatThrownBy(rotated::join).hasMessageContaining("more rights than yours");
            assertThat(keys.list("default", "", 9)).extracting(ApiKey::prefix).containsExactly(prefix);
        }
    }

    private static ApiKey.Rights rights(Role... roles) {
        return new ApiKey.Rights(Set.of(roles), Set.of(), Priority.INTERACTIVE, Optional.empty());
    }

    private static boolean waits(TestPlatform platform) {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND usename = 'baseload_app' AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }
}
