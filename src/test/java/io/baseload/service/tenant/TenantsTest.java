package io.baseload.service.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.testing.TestPlatform;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The names that tenants may have. */
class TenantsTest {
    private final Tenants tenants = TestPlatform.shared().get(Tenants.class);

    /** Its auditors would read who failed to sign in, and whose keys expire. */
    @Test
    void nobodyBecomesTheAuthorOfTheServicesOwnEntries() {
        assertThatThrownBy(() -> tenants.create(Actor.SYSTEM, new Tenant("system", List.of(), 1, 1)))
                .isInstanceOf(TenantConflictException.class)
                .hasMessageContaining("'system'");
        assertThat(tenants.find("system")).isEmpty();
    }
}
