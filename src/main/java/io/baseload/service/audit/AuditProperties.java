package io.baseload.service.audit;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the trail is signed and kept.
 *
 * @param origin names the trail in checkpoints; absent = {@code baseload/} and an id that the database was given when it was made
 * @param keyFile the signing key in PEM, its public half beside it as {@code .pub.pem}; absent = {@code audit-key.pem} in the home
 * @param trustedKeys verifier keys of other processes and of earlier homes
 * @param anchor where checkpoints are kept outside
 * @param witnesses services that cosign each checkpoint
 * @param witnessOf the keys of other trails that this service cosigns, as {@code GET /admin/v1/audit/keys} of theirs shows them
 * @param witnessName names this service where it cosigns; absent = its origin and {@code /witness}
 * @param archive folder for segments that are sealed and dropped when their retention is over; absent = {@code audit-archive} in the home
 * @param retention how long entries stay in the database, such as {@code P400D}; absent = for ever
 */
@ConfigurationProperties("baseload.audit")
public record AuditProperties(
        @Nullable String origin,
        @Nullable Path keyFile,
        @DefaultValue List<String> trustedKeys,
        @DefaultValue AnchorProperties anchor,
        @DefaultValue List<WitnessProperties> witnesses,
        @DefaultValue List<String> witnessOf,
        @Nullable String witnessName,
        @Nullable Path archive,
        @Nullable String retention) {
    /**
     * @param file a file on another volume, to which each checkpoint is appended
     * @param url where each checkpoint is sent by POST, as text
     * @param authorization the header of that name
     */
    public record AnchorProperties(
            @Nullable Path file,
            @Nullable URI url,
            @Nullable String authorization) {}

    /**
     * @param url what stands before {@code /add-checkpoint}; of a Baseload it ends in {@code /witness}
     * @param key the witness's verifier key
     */
    public record WitnessProperties(URI url, String key) {}
}
