package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.web.Routes;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.web.servlet.DispatcherServlet;

/** Every route of the whole service in the default profile. */
@ExtendWith(WholeService.class)
class RoutesIT {
    private static final Pattern ABSENT = Pattern.compile("`(/v1/[^`]+)`");

    @Test
    void noneAnswersWithoutAKeyButTheProbes(RunningService service) throws Exception {
        var routes = Routes.of(
                Objects.requireNonNull(service.bean(DispatcherServlet.class).getWebApplicationContext()));
        assertThat(routes.paths())
                .contains("/v1/chat/completions", "/admin/v1/models", "/admin/v1/audit", "/actuator/prometheus", "/**");
        routes.assertClosed(URI.create(service.rest().url()).getPort(), 25);
    }

    @Test
    void theRoutesThatThePageCallsAbsentAre(RunningService service) throws Exception {
        String absent = Files.readAllLines(Path.of("docs/http-api.md")).stream()
                .filter(line -> line.startsWith("**Absent**"))
                .findFirst()
                .orElseThrow();
        List<String> routes = ABSENT.matcher(absent)
                .results()
                .map(found -> found.group(1).replace("…", "any"))
                .toList();
        assertThat(routes).contains("/v1/audio/any", "/v1/messages/batches");
        for (String route : routes) {
            HttpResponse<String> answer = service.rest().send("POST", route, "{}");
            assertThat(answer.statusCode()).as(route).isEqualTo(404);
            assertThat(answer.body()).as(route).contains("There is no such route.");
        }
        assertThat(service.rest().send("GET", "/v1/chat/completions", "").statusCode())
                .isEqualTo(405);
    }
}
