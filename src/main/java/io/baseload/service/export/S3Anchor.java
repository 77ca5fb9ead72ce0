package io.baseload.service.export;

import io.baseload.service.audit.Anchor;
import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.AuditProperties.S3Properties;
import io.baseload.service.audit.Checkpoint;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.core.env.PropertyResolver;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.checksums.DefaultChecksumAlgorithm;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Puts each checkpoint into a bucket with object lock, as an object of its own that nobody, not even the account's owner, can delete or overwrite before its retention is over
 * (mode {@code COMPLIANCE}). An object that is put twice gets two versions, both locked, so an object that was there first can't stand in for a checkpoint. A store that answers
 * without a version keeps no versions, hence no locks, and is refused.
 */
@Component
@ConditionalOnProperty("baseload.audit.anchor.s3.bucket")
final class S3Anchor implements Anchor {
    /** The HTTP client writes these itself, with the signed values. */
    private static final Set<String> BY_CLIENT = Set.of("host", "content-length");

    private static final Pattern CODE = Pattern.compile("<Code>(\\w{1,64})</Code>");

    private final S3Properties properties;
    private final S3Credentials credentials;
    private final NoteClient client;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    S3Anchor(AuditProperties properties, PropertyResolver environment, NoteClient client) {
        this.properties = Objects.requireNonNull(properties.anchor().s3());
        this.credentials = new S3Credentials(this.properties, environment);
        this.client = client;
    }

    @Override
    public String name() {
        return "s3";
    }

    @Override
    public Checkpoint keep(Checkpoint checkpoint, History history) {
        byte[] note = checkpoint.note().getBytes(StandardCharsets.UTF_8);
        var response = client.send(signed(request(checkpoint), note));
        String answered = response.uri() + " answered " + response.statusCode();
        if (response.statusCode() != 200) {
            throw new IllegalStateException(answered + " " + code(response));
        }
        if (response.headers().firstValue("x-amz-version-id").isEmpty()) {
            throw new IllegalStateException(answered + " without a version id: the bucket does not lock objects");
        }
        return checkpoint;
    }

    private SdkHttpRequest request(Checkpoint checkpoint) {
        var until = ZonedDateTime.now(ZoneOffset.UTC).plus(properties.retention());
        return SdkHttpRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(url(properties, checkpoint))
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("x-amz-sdk-checksum-algorithm", "SHA256")
                .putHeader("x-amz-object-lock-mode", "COMPLIANCE")
                .putHeader(
                        "x-amz-object-lock-retain-until-date",
                        until.truncatedTo(ChronoUnit.SECONDS).toInstant().toString())
                .build();
    }

    /** Object names consist of the trail's origin and the number of entries, with leading zeros so that they are listed in order. */
    static URI url(S3Properties properties, Checkpoint checkpoint) {
        URI endpoint = Objects.requireNonNullElseGet(
                properties.endpoint(), () -> URI.create("https://s3." + properties.region() + ".amazonaws.com"));
        String name = "/" + properties.prefix() + checkpoint.origin() + "/" + "%020d".formatted(checkpoint.size());
        String bucket = properties.bucket();
        String host = (properties.pathStyle() ? "" : bucket + ".") + endpoint.getRawAuthority();
        String path = (properties.pathStyle() ? "/" + bucket : "") + SdkHttpUtils.urlEncodeIgnoreSlashes(name);
        return URI.create(endpoint.getScheme() + "://" + host + path);
    }

    private HttpRequest signed(SdkHttpRequest request, byte[] body) {
        AwsCredentialsIdentity identity = credentials.read();
        var signed = signer.sign(sign -> sign.identity(identity)
                        .request(request)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, properties.region())
                        .putProperty(AwsV4HttpSigner.CHECKSUM_ALGORITHM, DefaultChecksumAlgorithm.SHA256)
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
                .request();
        var sent = HttpRequest.newBuilder(signed.getUri()).PUT(BodyPublishers.ofByteArray(body));
        signed.forEachHeader((header, values) -> {
            if (!BY_CLIENT.contains(header.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> sent.header(header, value));
            }
        });
        return sent.build();
    }

    /** S3's error code. The rest of such an answer may contain the request's signature. */
    private static String code(HttpResponse<String> response) {
        var code = CODE.matcher(response.body());
        return code.find() ? code.group(1) : "without a code";
    }
}
