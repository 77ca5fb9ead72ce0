package io.baseload.service.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.AuditProperties.AnchorProperties;
import io.baseload.service.audit.AuditProperties.S3Properties;
import io.baseload.service.audit.Checkpoint;
import io.baseload.testing.Patience;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.env.MockEnvironment;

/** Checkpoints in a bucket with object lock. */
class S3AnchorTest {
    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", LockedBucket.ID, "AWS_SECRET_ACCESS_KEY", LockedBucket.SECRET);

    @TempDir
    Path folder;

    private LockedBucket bucket;

    @BeforeEach
    void open() throws IOException {
        bucket = new LockedBucket();
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    @Test
    void eachCheckpointBecomesALockedObjectOfItsOwn() {
        var anchor = anchor(properties(bucket.endpoint(), true, null), KEYS);
        keep(anchor, 12);
        keep(anchor, 1300);
        assertThat(bucket.versions())
                .extracting(LockedBucket.Version::path, LockedBucket.Version::body)
                .containsExactly(
                        tuple(
                                "/proofs/eu/baseload/a%2Bb/00000000000000000012",
                                checkpoint(12).note()),
                        tuple(
                                "/proofs/eu/baseload/a%2Bb/00000000000000001300",
                                checkpoint(1300).note()));
        assertThat(bucket.versions().getFirst().retainUntil())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(399)), Instant.now().plus(Duration.ofDays(401)));
    }

    @Test
    void anObjectThatExistsAlreadyStaysAndTheCheckpointIsAnotherVersionOfIt() {
        var anchor = anchor(properties(bucket.endpoint(), true, null), KEYS);
        keep(anchor, 12);
        keep(anchor, 12);
        assertThat(bucket.versions())
                .hasSize(2)
                .allMatch(it -> it.body().equals(checkpoint(12).note()));
    }

    @Test
    void theBucketMayBeNamedInTheHost() {
        assertThat(S3Anchor.url(properties(URI.create("https://s3.example.com:9000"), false, null), checkpoint(12)))
                .hasToString("https://proofs.s3.example.com:9000/eu/baseload/a%2Bb/00000000000000000012");
        assertThat(S3Anchor.url(properties(null, false, null), checkpoint(12)))
                .hasToString("https://proofs.s3.eu-central-1.amazonaws.com/eu/baseload/a%2Bb/00000000000000000012");
    }

    @Test
    void keysComeFromAFileThatMayChange() throws IOException {
        Path file = folder.resolve("credentials");
        Files.writeString(file, "[default]\naws_access_key_id = OLD\naws_secret_access_key = old\n");
        var anchor = anchor(properties(bucket.endpoint(), true, file), Map.of());
        assertThatThrownBy(() -> keep(anchor, 12)).hasMessageContaining("403 InvalidAccessKeyId");
        Files.writeString(file, """
            [other]
            aws_access_key_id = OTHER
            [default]
            aws_access_key_id = %s
            aws_secret_access_key = %s
            aws_session_token = of the hour
            """.formatted(LockedBucket.ID, LockedBucket.SECRET));
        keep(anchor, 12);
        assertThat(bucket.versions().getFirst().token()).contains("of the hour");
        Files.writeString(file, "[default]\naws_access_key_id = " + LockedBucket.ID + "\n");
        assertThatThrownBy(() -> keep(anchor, 13)).hasMessageContaining("has no aws_secret_access_key in [default]");
        Files.delete(file);
        assertThatThrownBy(() -> keep(anchor, 13)).hasMessageContaining(file.toString());
    }

    @Test
    void withoutKeysNothingIsSent() {
        var anchor = anchor(properties(bucket.endpoint(), true, null), Map.of("AWS_ACCESS_KEY_ID", LockedBucket.ID));
        assertThatThrownBy(() -> keep(anchor, 12)).hasMessage("the environment has no AWS_SECRET_ACCESS_KEY");
        assertThat(bucket.versions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "403, AccessDenied",
        "503, SlowDown",
        "400, InvalidRequest",
        "301, PermanentRedirect",
        "200, Unversioned"
    })
    void aNoteThatIsNotLockedIsNotKept(int status, String code) {
        var anchor = anchor(properties(bucket.endpoint(), true, null), KEYS);
        bucket.answers(status, code);
        String expected = status == 200 ? "without a version" : status + " " + code;
        assertThatThrownBy(() -> keep(anchor, 12))
                .hasMessageContaining(expected)
                .hasMessageNotContainingAny(LockedBucket.SECRET, LockedBucket.ID, "Signature");
        bucket.recovers();
        keep(anchor, 12);
    }

    @Test
    void aWrongSecretIsRefusedByWhoeverComputesTheSignature() {
        var keys = Map.of("AWS_ACCESS_KEY_ID", LockedBucket.ID, "AWS_SECRET_ACCESS_KEY", "another");
        assertThatThrownBy(() -> keep(anchor(properties(bucket.endpoint(), true, null), keys), 12))
                .hasMessageContaining("403 SignatureDoesNotMatch");
    }

    @Test
    void anAnswerThatNeverEndsIsNotWaitedFor() throws IOException {
        try (var server = new ServerSocket(0)) {
            Thread.ofVirtual().start(() -> {
                try (var connection = server.accept()) {
                    connection
                            .getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1".getBytes(StandardCharsets.US_ASCII));
                    connection.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // it was closed
                }
            });
            var endpoint = URI.create("http://localhost:" + server.getLocalPort());
            var anchor = new S3Anchor(
                    audit(properties(endpoint, true, null)),
                    environment(KEYS),
                    new NoteClient(Duration.ofMillis(300), Optional.empty()));
            assertThatThrownBy(() -> keep(anchor, 12)).hasMessageContaining("did not answer completely within");
        }
    }

    @Test
    void anEndlessAnswerIsNotReadToItsEnd() {
        bucket.answers(500, "x".repeat(100_000));
        var anchor = anchor(properties(bucket.endpoint(), true, null), KEYS);
        assertThatThrownBy(() -> keep(anchor, 12)).hasMessageContaining("IOException");
    }

    @Test
    void namesTheMissingSetting() {
        assertThatThrownBy(() -> new S3Properties("proofs", null, null, true, "", Period.ofDays(1), null, "default"))
                .hasMessage("baseload.audit.anchor.s3.region is missing");
        assertThatThrownBy(() -> new S3Properties("proofs", "r", null, true, "", Period.ZERO, null, "default"))
                .hasMessageContaining("must be a day at least");
    }

    private static void keep(S3Anchor anchor, long size) {
        anchor.keep(checkpoint(size), from -> List.of());
    }

    private static Checkpoint checkpoint(long size) {
        return new Checkpoint(
                "baseload/a+b", size, new byte[32], Instant.EPOCH, new byte[32], "baseload/a+b\n" + size + "\n…");
    }

    private static S3Anchor anchor(S3Properties properties, Map<String, String> variables) {
        return new S3Anchor(
                audit(properties), environment(variables), new NoteClient(Patience.LIMIT, Optional.empty()));
    }

    private static MockEnvironment environment(Map<String, String> variables) {
        var environment = new MockEnvironment();
        variables.forEach(environment::setProperty);
        return environment;
    }

    private static S3Properties properties(@Nullable URI endpoint, boolean pathStyle, @Nullable Path credentials) {
        return new S3Properties(
                "proofs", LockedBucket.REGION, endpoint, pathStyle, "eu/", Period.ofDays(400), credentials, "default");
    }

    private static AuditProperties audit(S3Properties s3) {
        return new AuditProperties(
                null,
                null,
                List.of(),
                new AnchorProperties(null, null, null, s3),
                List.of(),
                List.of(),
                null,
                Patience.LIMIT,
                null,
                Duration.ofMinutes(1),
                null,
                null);
    }
}
