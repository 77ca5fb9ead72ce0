package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.tenant.Identity;
import io.baseload.service.tenant.Tenant;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class AdminApiPageTest {
    @Test
    void thePageHasTheCallsFormsAndValuesOfTheCode() throws IOException {
        assertThat(AdminApiPage.present())
                .as("java …AdminApiPage writes docs/admin-api.md anew")
                .isEqualTo(AdminApiPage.renewed());
        assertThat(AdminApiPage.undescribed()).isEmpty();
    }

    @Test
    void thePageHasTheLimitsOfTheCode() throws IOException {
        assertThat(AdminApiPage.present())
                .contains("`limit` elements (" + Page.DEFAULT_LIMIT + "; at most " + Page.MAX_LIMIT + ")")
                .contains("`max_concurrent` " + TenantController.DEFAULT_CONCURRENT + " and `weight` 1")
                .contains("match `" + Tenant.ID + "`")
                .contains("`service_` and its name, which matches `" + Identity.NAME + "`");
    }
}
