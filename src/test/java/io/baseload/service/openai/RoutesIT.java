package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.web.Routes;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.net.URI;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.web.servlet.DispatcherServlet;

/** Every route of the whole service in the default profile. */
@ExtendWith(WholeService.class)
class RoutesIT {
    @Test
    void noneAnswersWithoutAKeyButTheProbes(RunningService service) throws Exception {
        var routes = Routes.of(
                Objects.requireNonNull(service.bean(DispatcherServlet.class).getWebApplicationContext()));
        assertThat(routes.paths())
                .contains("/v1/chat/completions", "/admin/v1/models", "/admin/v1/audit", "/actuator/prometheus", "/**");
        routes.assertClosed(URI.create(service.rest().url()).getPort(), 25);
    }
}
