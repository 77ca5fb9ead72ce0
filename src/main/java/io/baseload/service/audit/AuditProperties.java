package io.baseload.service.audit;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the trail is signed and kept.
 *
 * @param origin the trail's name in checkpoints; absent = {@code baseload/} and an id that the database got when it was created
 * @param keyFile the signing key in PEM, with its public key next to it as {@code .pub.pem}; absent = {@code audit-key.pem} in the home
 * @param trustedKeys verifier keys of other processes and of earlier homes
 * @param anchor external copies of checkpoints
 * @param witnesses services that cosign each checkpoint
 * @param witnessOf the keys of other trails that this service cosigns, as shown by their {@code GET /admin/v1/audit/keys}
 * @param witnessName this service's name in cosignatures; absent = its origin and {@code /witness}
 * @param callTimeout how long a call to an anchor or a witness may take, its whole answer included; also the time for all of that at the end of the process
 * @param sslBundle from {@code spring.ssl.bundle}, for calls to anchors and witnesses; absent = Java's certificates
 * @param checkpointInterval how often a checkpoint is taken if there is something new, and refused callers are recorded
 * @param archive folder for segments that are exported and dropped when their retention is over; absent = {@code audit-archive} in the home
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
        @DefaultValue("10s") Duration callTimeout,
        @Nullable String sslBundle,
        @DefaultValue("1m") Duration checkpointInterval,
        @Nullable Path archive,
        @Nullable String retention) {
    /**
     * @param file a file on another volume, to which each checkpoint is appended
     * @param url where each checkpoint is sent by POST, as text
     * @param authorization the header of that name
     * @param s3 a bucket with object lock, in which each checkpoint becomes an object
     */
    public record AnchorProperties(
            @Nullable Path file,
            @Nullable URI url,
            @Nullable String authorization,
            @Nullable S3Properties s3) {}

    /**
     * @param bucket its object lock must be switched on
     * @param region for the signature, and for AWS's own endpoint
     * @param endpoint of another store that speaks S3; absent = AWS
     * @param pathStyle the bucket is named in the path, not in the host's name
     * @param prefix of the objects' names
     * @param retention how long nobody can delete an object, such as {@code P7Y}
     * @param credentialsFile in the form of {@code ~/.aws/credentials}, read for each checkpoint; absent = {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}
     *     and, if there is one, {@code AWS_SESSION_TOKEN}
     * @param profile section of the file
     */
    public record S3Properties(
            String bucket,
            String region,
            @Nullable URI endpoint,
            @DefaultValue("false") boolean pathStyle,
            @DefaultValue("") String prefix,
            Period retention,
            @Nullable Path credentialsFile,
            @DefaultValue("default") String profile) {
        public S3Properties {
            required("bucket", bucket);
            required("region", region);
            required("retention", retention);
            if (retention.isNegative() || retention.isZero()) {
                throw new IllegalArgumentException("baseload.audit.anchor.s3.retention must be a day at least");
            }
        }

        private static void required(String name, @Nullable Object value) {
            if (value == null) {
                throw new IllegalArgumentException("baseload.audit.anchor.s3." + name + " is missing");
            }
        }
    }

    /**
     * @param url the part before {@code /add-checkpoint}; if it is a Baseload it ends in {@code /witness}
     * @param key the witness's verifier key
     */
    public record WitnessProperties(URI url, String key) {}
}
