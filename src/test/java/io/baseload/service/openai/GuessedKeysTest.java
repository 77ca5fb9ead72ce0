package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.DeniedAccess;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** What the trail says about somebody who tries many keys. In a service of its own, because this address has to wait afterwards. */
@ScriptedTest
@TestPropertySource(properties = "spring.application.name=guessed")
class GuessedKeysTest {
    @LocalServerPort
    private int port;

    @Autowired
    private DeniedAccess denied;

    @Autowired
    private ScriptedService.Trail trail;

    @Test
    void attemptsThatAreRefusedAfterTooManyWrongKeysAreCountedToo() throws Exception {
        int refused = 0;
        for (int i = 0; i < 40; i++) {
            int status = new Web(port).get("/v1/models", "bl_guess_" + i).status();
            assertThat(status).isIn(401, 429);
            refused += status == 429 ? 1 : 0;
        }
        assertThat(refused).isPositive();
        denied.write();
        assertThat(trail.entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.kind()).isEqualTo("access.sign_in_failed"))
                .satisfies(entry ->
                        assertThat((Object) entry.detail().get("count")).isEqualTo(40L));
    }
}
