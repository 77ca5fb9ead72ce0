package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.DeniedAccess;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What the trail says about keys that were refused. */
@ScriptedTest
class LimitedKeysTest {
    @LocalServerPort
    private int port;

    @Autowired
    private DeniedAccess denied;

    @Autowired
    private ScriptedService.Trail trail;

    @Test
    void aBusyMomentIsNoForbiddenAccess() throws Exception {
        assertThat(new Web(port).get("/v1/models", Web.LIMITED).status()).isEqualTo(503);
        assertThat(new Web(port).get("/v1/models", Web.ELSEWHERE).status()).isEqualTo(403);
        denied.write();
        assertThat(trail.entries())
                .extracting(entry -> entry.actor().keyPrefix())
                .contains(Web.ELSEWHERE)
                .doesNotContain(Web.LIMITED);
    }
}
