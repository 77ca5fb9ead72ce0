package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.DeniedAccess;
import io.baseload.service.contents.Contents;
import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.KeyLimits;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.web.CallerAdmission;
import io.baseload.testing.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Lines of a batch whose key may not do any more what it could: the trail has them like other refused requests. */
class RefusedLinesTest {
    private static final String LINE = """
        {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "x"}}\
        """;

    @Test
    void aLineWithoutPermissionIsInTheTrail() {
        refused(new ApiKey.Rights(Set.of(Role.AUDITOR), Set.of(), Priority.INTERACTIVE, Optional.empty()));
    }

    @Test
    void aLineFromAWrongAddressIsInTheTrail() {
        var elsewhere = new KeyLimits(OptionalInt.empty(), Set.of("192.0.2.1"));
        refused(new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, elsewhere, Optional.empty()));
    }

    private static void refused(ApiKey.Rights rights) {
        try (var made = new TestBatches();
                var platform = made.platform.beside(BatchShutdownTest.Wiring.class)) {
            made.tenant("acme");
            var key = platform.get(ApiKeys.class)
                    .issue(Actor.SYSTEM, "acme", rights)
                    .key();
            platform.superuser()
                    .sql("UPDATE api_key SET prefix = 'bl_user' WHERE prefix = ?")
                    .param(key.prefix())
                    .update();
            RequestBatch batch = made.created("acme", LINE);
            int length = LINE.getBytes(StandardCharsets.UTF_8).length;
            made.lines.insert(batch, List.of(new LineRows.Span(1, 0, length)));
            assertThat(made.batches.takeUnread(made.here)).isPresent();
            made.batches.begin(batch, made.here, 1);
            BatchLine line = made.lines.take(made.here, List.of()).orElseThrow();
            runner(platform).run(batch, line).close();
            platform.get(DeniedAccess.class).write();
            List<AuditEntry> denied = platform.get(AuditTrail.class)
                    .page(0, Optional.of("acme"), Optional.of("access.forbidden"), 9)
                    .entries();
            assertThat(denied).hasSize(1);
            assertThat(denied.getFirst().subject()).isEqualTo("POST /v1/embeddings");
            var detail = new JsonMapper().readTree(denied.getFirst().detail());
            assertThat(detail.get("first_request_id").asString()).isEqualTo(line.requestId());
            assertThat(detail.at("/addresses/127.0.0.1").asLong()).isEqualTo(1);
        }
    }

    private static LineRunner runner(TestPlatform platform) {
        BatchRoute route = new BatchRoute() {
            @Override
            public String path() {
                return "/v1/embeddings";
            }

            @Override
            public BatchAnswer answer(RequestContext context, byte[] body) {
                throw new AssertionError("it was not refused");
            }
        };
        return new LineRunner(
                Stream.of(route),
                platform.get(FileStore.class),
                platform.get(Contents.class),
                platform.get(ApiKeys.class),
                platform.get(CallerAdmission.class));
    }
}
