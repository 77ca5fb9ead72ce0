package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.Streamed;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code SIGTERM} while an answer is streamed: it ends as it would have, and is settled before the database stops. */
final class ShutdownIT {
    private static final String ANSWER = """
        {"model": "default", "prompt": "Once upon a time", "max_tokens": 80, "stream": true,\
         "stream_options": {"include_usage": true}, "logit_bias": {"2": -100}}\
        """;

    @TempDir
    Path home;

    @Test
    void aRunningAnswerEndsAndIsSettled() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(home, "")) {
            Streamed answer = Streamed.ask(service.rest(), RunningService.KEY, ANSWER);
            assertThat(answer.next()).isNotEmpty();
            var ended = service.terminate();
            List<String> events = answer.rest();
            assertThat(events.getLast()).isEqualTo("[DONE]");
            assertThat(String.join("\n", events)).contains("\"completion_tokens\":80");
            assertThat(ended.get()).isIn(0, 143);
            assertThat(service.log()).doesNotContain(" ERROR ");
        }
        try (RunningService service = RunningService.at(home)) {
            Rest rest = service.rest();
            String outcomes =
                    rest.get("/admin/v1/audit?kind=completion.outcome").toString();
            assertThat(outcomes).contains("\"completion_tokens\":80").doesNotContain("lost");
            JsonNode found = rest.get("/admin/v1/audit/verification");
            assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
            assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
        }
    }
}
