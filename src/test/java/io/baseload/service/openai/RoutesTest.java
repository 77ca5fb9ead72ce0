package io.baseload.service.openai;

import io.baseload.service.web.Routes;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;

/** No route of the HTTP layers answers without a key but the probes. */
@ScriptedTest
class RoutesTest {
    @LocalServerPort
    private int port;

    @Autowired
    private ApplicationContext context;

    @Test
    void noneAnswersWithoutAKeyButTheProbes() throws Exception {
        Routes.of(context).assertClosed(port, 8);
    }
}
