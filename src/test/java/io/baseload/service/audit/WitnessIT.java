package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole services, each with a database of its own: one cosigns the trail of the other. */
final class WitnessIT {
    private static final String ORIGIN = "first.example/audit";

    @TempDir
    Path home;

    @Test
    void aSecondServiceCosignsTheFirstOnesTrailAndNoOther() throws Exception {
        Path first = Files.createDirectories(home.resolve("first"));
        Path second = Files.createDirectories(home.resolve("second"));
        var logKey = SigningKey.in(first.resolve("audit-key.pem"), ORIGIN);
        try (var witness = RunningService.at(
                        second,
                        "baseload.audit.witness-of=" + logKey.verifier().text(),
                        "baseload.audit.witness-name=second.example");
                var log = RunningService.at(
                        first,
                        "baseload.audit.origin=" + ORIGIN,
                        "baseload.audit.witnesses[0].url=" + witness.rest().url() + "/witness",
                        "baseload.audit.witnesses[0].key=" + witnessKey(witness))) {
            var key = Set.of(VerifierKey.parse(VerifierKey.Type.COSIGNATURE, witnessKey(witness)));
            for (int i = 0; i < 3; i++) {
                log.rest().post("/admin/v1/tenants", Map.of("id", "tenant-" + i));
                var answer = log.rest().send("GET", "/admin/v1/audit/checkpoint", "");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                String note = answer.body();
                assertThat(SignedNote.parse(note).isSignedBy(key)).isTrue();
                assertThat(SignedNote.parse(note).isSignedBy(Set.of(logKey.verifier())))
                        .isTrue();
                assertThat(cosigned(witness.rest())).isEqualTo(note);
            }
            assertThat(Rest.json(log.rest().send("GET", "/admin/v1/audit/checkpoint", "", "Accept", "application/json"))
                            .get("checkpoint")
                            .asString())
                    .isEqualTo(cosigned(witness.rest()));
            assertThat(Files.readString(first.resolve("audit-checkpoints.jsonl")))
                    .contains("— second.example ");
            assertThat(log.rest().send("GET", "/actuator/prometheus", "").body())
                    .contains("baseload_audit_anchor_age_seconds{anchor=\"second.example\"");

            var before = cosigned(witness.rest());
            long size = Checkpoint.parse(before).size();
            var forged = Checkpoint.text(ORIGIN, size, new byte[32], Instant.EPOCH, new byte[32]);
            var note = new SignedNote(forged, List.of(logKey.sign(forged)));
            HttpResponse<String> refused = ask(witness, "old " + size + "\n\n" + note);
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).isEqualTo(size + "\n");
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("text/x.tlog.size");
            assertThat(ask(witness, "old 0\n\n" + note.text()).statusCode()).isEqualTo(400);
            assertThat(ask(witness, "x".repeat(70_000)).statusCode()).isEqualTo(413);
            assertThat(cosigned(witness.rest())).isEqualTo(before);
            assertThat(ask(log, "old 0\n\n" + note).statusCode())
                    .as("who witnesses nothing is not asked without a key")
                    .isEqualTo(401);
        }
    }

    private static String witnessKey(RunningService witness) throws Exception {
        return witness.rest().get("/admin/v1/audit/witness").get("key").asString();
    }

    private static String cosigned(Rest rest) throws Exception {
        var logs = rest.get("/admin/v1/audit/witness").get("logs");
        assertThat(logs.size()).isEqualTo(1);
        assertThat(logs.at("/0/origin").asString()).isEqualTo(ORIGIN);
        return logs.at("/0/checkpoint").asString();
    }

    /** As any log does: without a key. */
    private static HttpResponse<String> ask(RunningService service, String body) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(service.rest().url() + "/witness/add-checkpoint"))
                    .POST(BodyPublishers.ofString(body))
                    .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }
}
