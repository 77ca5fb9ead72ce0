package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.pull.PullSource.HuggingFace;
import io.baseload.service.pull.PullSource.UrlFile;
import io.baseload.service.pull.PullSource.Urls;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Pulls by Hugging Face's layout and from plain URLs, from servers that do what real ones do. */
class PullerTest {
    static final Puller.Space PLENTY = (bytes, imported) -> {};

    private static final byte[] WEIGHTS = random(3_000_000);
    private static final byte[] CONFIG = "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8);
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String RESOLVE = "/org/model/resolve/" + COMMIT + "/";

    @TempDir
    Path folder;

    private FileServer hub;
    private FileServer cdn;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        hub = opened(new FileServer("127.0.0.1"));
        cdn = opened(new FileServer("localhost"));
        repository("apache-2.0");
        hub.put(RESOLVE + "config.json", CONFIG);
        hub.on(
                RESOLVE + "model.safetensors",
                new FileServer.Entry.Redirect(
                        cdn.url() + "/blob?signature=secret",
                        Map.of("X-Linked-Etag", "\"" + sha256(WEIGHTS) + "\"", "X-Linked-Size", "" + WEIGHTS.length)));
        cdn.put("/blob", WEIGHTS);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    /** What the hub says of the repository; the model is there twice, and beside it what no model needs. */
    private void repository(String license) throws Exception {
        hub.put("/api/models/org/model/revision/main", """
            {"sha": "%s", "cardData": {"license": "%s"}, "siblings": [
              {"rfilename": "config.json", "size": %d, "blobId": "%s"},
              {"rfilename": "model.safetensors", "size": %d, "lfs": {"sha256": "%s", "size": %d}},
              {"rfilename": "pytorch_model.bin", "size": 5, "blobId": "%s"},
              {"rfilename": "README.md", "size": 5, "blobId": "%s"}]}\
            """.formatted(
                        COMMIT,
                        license,
                        CONFIG.length,
                        blob(CONFIG),
                        WEIGHTS.length,
                        sha256(WEIGHTS),
                        WEIGHTS.length,
                        blob(CONFIG),
                        blob(CONFIG)));
    }

    @Test
    void aRepositoryComesWithItsCommitLicenceAndDigests() throws Exception {
        List<String> told = new ArrayList<>();
        PullResult pulled = puller().pull(request(), folder, PLENTY, (fraction, message) -> told.add(message));
        assertThat(pulled.model()).isEqualTo(folder.resolve("files"));
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(folder.resolve("files/config.json")).hasBinaryContent(CONFIG);
        assertThat(folder.resolve("files/pytorch_model.bin")).doesNotExist();
        assertThat(pulled.revision()).isEqualTo(COMMIT);
        assertThat(pulled.licenses()).containsExactly("apache-2.0");
        assertThat(pulled.declared()).isFalse();
        assertThat(pulled.files())
                .contains(new PullResult.PulledFile("model.safetensors", WEIGHTS.length, sha256(WEIGHTS)));
        assertThat(told).contains("listing the files").anyMatch(message -> message.startsWith("pulling: "));
        assertThat(hub.requests(RESOLVE + "model.safetensors").getFirst().header("Authorization"))
                .contains("Bearer hub-key");
        assertThat(cdn.requests("/blob").getFirst().header("Authorization")).isEmpty();
    }

    @Test
    void anInterruptedDownloadContinuesWhereItStopped() throws Exception {
        cdn.put("/blob", WEIGHTS, 1_000_000, 500_000);
        pull();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        List<FileServer.Request> requests = cdn.requests("/blob");
        assertThat(requests).hasSize(3);
        assertThat(requests.get(0).header("Range")).isEmpty();
        assertThat(requests.get(1).header("If-Range")).contains("\"v1\"");
        assertThat(from(requests.get(1))).isPositive();
        assertThat(from(requests.get(2))).isGreaterThan(from(requests.get(1)));
    }

    @Test
    void aContentThatChangesInTheMiddleIsBroughtFromTheBeginning() throws Exception {
        cdn.put("/blob", WEIGHTS, 1_000_000);
        cdn.on("/blob", FileServer.content(random(2_000_000), "\"old\"", 1_000_000));
        var asked = new AtomicInteger();
        cdn.gate(exchange -> {
            if (asked.getAndIncrement() == 1) {
                cdn.on("/blob", FileServer.content(WEIGHTS, "\"new\""));
            }
            return true;
        });
        pull();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(cdn.requests("/blob").get(1).header("If-Range")).contains("\"old\"");
    }

    @Test
    void aPartThatTheServerDoesNotHaveIsThrownAway() throws Exception {
        Files.createDirectories(folder.resolve("files"));
        Files.write(folder.resolve("files/.model.safetensors.part"), random(WEIGHTS.length - 1));
        cdn.gate(exchange -> {
            if (cdn.requests("/blob").size() == 1) {
                return refused(exchange, 416);
            }
            return true;
        });
        pull();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(cdn.requests("/blob").get(1).header("Range")).isEmpty();
    }

    @Test
    void aPartOfAnotherContentIsFoundOutByTheDigest() throws Exception {
        Files.createDirectories(folder.resolve("files"));
        Files.write(folder.resolve("files/.model.safetensors.part"), random(2_000_000));
        pull();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(from(cdn.requests("/blob").get(0))).isEqualTo(2_000_000);
        assertThat(cdn.requests("/blob").get(1).header("Range")).isEmpty();
    }

    @Test
    void aServerWithoutRangesIsAskedForTheWholeUntilItGivesUp() throws Exception {
        cdn.on(
                "/blob",
                new FileServer.Entry.Content(
                        WEIGHTS, "\"v1\"", false, List.of(1000, 1000, 1000, 1000, 1000, 1000), new AtomicInteger()));
        assertThatThrownBy(this::pull)
                .isInstanceOf(PullException.class)
                .hasMessageContaining("given up after")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aSilentServerIsAskedAgain() throws Exception {
        cdn.on(
                "/blob",
                new FileServer.Entry.Silent(FileServer.content(WEIGHTS, "\"v1\""), 70_000, new AtomicInteger()));
        puller(properties(List.of(), Duration.ofSeconds(2))).pull(request(), folder, PLENTY, (fraction, message) -> {});
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(cdn.requests("/blob")).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void theProgressListenerMayEndAPullAndTheNextOneContinues() throws Exception {
        cdn.on(
                "/blob",
                new FileServer.Entry.Silent(FileServer.content(WEIGHTS, "\"v1\""), 1_000_000, new AtomicInteger()));
        Puller.Watcher impatient = (fraction, message) -> {
            if (fraction > 0.1 && Files.exists(folder.resolve("files/config.json"))) {
                throw new IllegalStateException("enough");
            }
        };
        var patient = puller(properties(List.of(), Patience.LIMIT));
        assertThatThrownBy(() -> patient.pull(request(), folder, PLENTY, impatient))
                .hasMessage("enough");
        assertThat(folder.resolve("files/.model.safetensors.part")).exists();
        pull();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(from(cdn.requests("/blob").get(1))).isPositive();
        assertThat(hub.requests(RESOLVE + "config.json"))
                .as("what was whole is not fetched again")
                .hasSize(1);
    }

    @Test
    void anotherContentThanAnnouncedIsRefused() throws Exception {
        byte[] other = WEIGHTS.clone();
        other[0]++;
        cdn.put("/blob", other);
        assertThatThrownBy(this::pull).isInstanceOf(PullException.class).hasMessageContaining("its digest is");
        cdn.put("/blob", random(WEIGHTS.length + 1));
        assertThatThrownBy(this::pull).isInstanceOf(PullException.class).hasMessageContaining("longer than");
        assertThat(folder.resolve("files/model.safetensors")).doesNotExist();
    }

    @Test
    void onlyListedHostsAreAskedAndPrivateAddressesOnlyByTheirNames() {
        var withoutCdn = puller(AllowedHosts.of(List.of(hub.authority())));
        assertThatThrownBy(() -> withoutCdn.pull(request(), folder, PLENTY, (fraction, message) -> {}))
                .isInstanceOf(PullException.class)
                .hasMessageContaining(cdn.authority());
        assertThat(cdn.requests("/blob")).isEmpty();
        var wildcard = puller(AllowedHosts.of(List.of("*.0.0.1", "*.localhost")));
        assertThatThrownBy(() -> wildcard.check(request().source(), Optional.empty()))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("private address");
    }

    @Test
    void aLicenceThatIsNotListedIsRefusedBeforeAnythingComes() throws Exception {
        var strict = puller(properties(List.of("mit"), Patience.LIMIT));
        assertThatThrownBy(() -> strict.pull(request(), folder, PLENTY, (fraction, message) -> {}))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("'apache-2.0'");
        assertThat(cdn.requests("/blob")).isEmpty();
        repository("MIT");
        assertThat(strict.pull(request(), folder, PLENTY, (fraction, message) -> {})
                        .licenses())
                .containsExactly("MIT");
    }

    @Test
    void theDiskIsLookedAtFirst() {
        var asked = new AtomicReference<List<Long>>();
        assertThatThrownBy(() -> puller().pull(
                                request(),
                                folder,
                                (bytes, imported) -> {
                                    asked.set(List.of(bytes, imported));
                                    throw new IllegalStateException("full");
                                },
                                (fraction, message) -> {}))
                .hasMessage("full");
        long size = (long) WEIGHTS.length + CONFIG.length;
        assertThat(asked).hasValue(List.of(size, size));
        assertThat(cdn.requests("/blob")).isEmpty();
    }

    @Test
    void freeSpaceIsCheckedWhileAFileOfUnknownSizeArrives() {
        hub.put("/api/models/org/model/revision/main", """
            {"siblings": [{"rfilename": "model.safetensors"}]}\
            """);
        hub.on(
                "/org/model/resolve/main/model.safetensors",
                new FileServer.Entry.Redirect(
                        cdn.url() + "/blob", Map.of("X-Linked-Etag", "\"" + sha256(WEIGHTS) + "\"")));
        Puller.Space small = (bytes, imported) -> {
            if (bytes == DiskGrowth.STEP) {
                throw new IllegalStateException("full");
            }
        };
        assertThatThrownBy(() -> puller().pull(request(), folder, small, (fraction, message) -> {}))
                .hasMessage("full");
        assertThat(folder.resolve("files/model.safetensors")).doesNotExist();
    }

    @Test
    void aMirrorWithoutDigestsHasThemInItsHeaders() throws Exception {
        hub.put("/api/models/org/model/revision/main", """
            {"siblings": [{"rfilename": "model.safetensors"}]}\
            """);
        hub.on(
                "/org/model/resolve/main/model.safetensors",
                new FileServer.Entry.Redirect(
                        cdn.url() + "/blob",
                        Map.of("X-Linked-Etag", "\"" + sha256(WEIGHTS) + "\"", "X-Linked-Size", "" + WEIGHTS.length)));
        PullResult pulled = pull();
        assertThat(pulled.revision()).isEqualTo("main");
        assertThat(pulled.licenses()).isEmpty();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void refusesFileNamesThatLeaveTheFolder() {
        for (String bad : List.of("../x.safetensors", "/x.safetensors", "a/../../x.safetensors", ".x.safetensors")) {
            hub.put("/api/models/org/model/revision/main", """
                {"siblings": [{"rfilename": "%s", "size": 1, "blobId": "%s"}]}\
                """.formatted(bad, COMMIT));
            var source = new HuggingFace(URI.create(hub.url()), "org/model", "main", List.of("*"));
            assertThatThrownBy(() -> puller().pull(asked(source), folder, PLENTY, (fraction, message) -> {}))
                    .isInstanceOf(PullException.class)
                    .hasMessageContaining("can't be stored");
        }
    }

    @Test
    void aBusyServerIsAskedLater() throws Exception {
        var asked = new AtomicInteger();
        hub.gate(exchange -> asked.getAndIncrement() > 1 || refused(exchange, 503));
        pull();
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aKeyThatIsNotBelievedEndsThePull() {
        hub.gate(exchange -> refused(exchange, 403));
        assertThatThrownBy(this::pull)
                .isInstanceOf(PullException.class)
                .hasMessageContaining("the key is missing or wrong");
    }

    @Test
    void plainUrlsComeWithTheDigestThatWasGiven() throws Exception {
        hub.put("/bucket/model.gguf", WEIGHTS, 1, 1_000_000);
        URI presigned = URI.create(hub.url() + "/bucket/model.gguf?X-Amz-Signature=secret");
        var source = new Urls(List.of(new UrlFile("model.gguf", presigned, sha256(WEIGHTS))));
        PullResult pulled = puller().pull(asked(source), folder, PLENTY, (fraction, message) -> {});
        assertThat(pulled.model()).isEqualTo(folder.resolve("files/model.gguf"));
        assertThat(pulled.source()).isEqualTo(hub.url() + "/bucket/model.gguf");
        assertThat(folder.resolve("files/model.gguf")).hasBinaryContent(WEIGHTS);
        var other = new Urls(List.of(new UrlFile("model.gguf", presigned, sha256(CONFIG))));
        assertThatThrownBy(() -> puller().pull(asked(other), folder, PLENTY, (fraction, message) -> {}))
                .isInstanceOf(PullException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aSignatureIsVerifiedAndCoversEachFile() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
        Files.createDirectories(folder.resolve("signers"));
        Files.writeString(
                folder.resolve("signers/team.pem"),
                Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded()));
        var digests = new TreeMap<>(Map.of("config.json", sha256(CONFIG), "model.safetensors", sha256(WEIGHTS)));
        signed(ModelSignatureTest.bundle(keys, algorithm(keys), digests));
        assertThat(pullSigned().signer()).contains("team");
        digests.remove("config.json");
        signed(ModelSignatureTest.bundle(keys, algorithm(keys), digests));
        assertThatThrownBy(this::pullSigned)
                .isInstanceOf(PullException.class)
                .hasMessageContaining("does not cover the file 'config.json'");
        signed("{}" + " ".repeat(4 << 20));
        assertThatThrownBy(this::pullSigned).hasMessageContaining("'model.sig' is larger than 4 MB");
    }

    private static String algorithm(KeyPair keys) {
        int bits = ((ECPublicKey) keys.getPublic())
                .getParams()
                .getCurve()
                .getField()
                .getFieldSize();
        return bits == 256 ? "SHA256withECDSA" : "SHA384withECDSA";
    }

    private void signed(String bundle) {
        byte[] signature = bundle.getBytes(StandardCharsets.UTF_8);
        hub.put(RESOLVE + "model.sig", signature);
        hub.put("/api/models/org/model/revision/main", """
            {"sha": "%s", "siblings": [
              {"rfilename": "config.json", "size": %d, "blobId": "%s"},
              {"rfilename": "model.sig", "size": %d, "blobId": "%s"},
              {"rfilename": "model.safetensors", "lfs": {"sha256": "%s", "size": %d}}]}\
            """.formatted(
                        COMMIT,
                        CONFIG.length,
                        blob(CONFIG),
                        signature.length,
                        blob(signature),
                        sha256(WEIGHTS),
                        WEIGHTS.length));
    }

    private PullResult pullSigned() {
        var source = new HuggingFace(URI.create(hub.url()), "org/model", "main", List.of());
        var request = new Puller.Request(
                source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("model.sig"));
        return puller().pull(request, folder.resolve("signed"), PLENTY, (fraction, message) -> {});
    }

    @Test
    void theBandwidthIsShared() throws Exception {
        long begun = System.nanoTime();
        var slow = puller(new PullProperties(
                List.of(),
                List.of(),
                null,
                null,
                false,
                4,
                DataSize.ofMegabytes(3),
                Patience.LIMIT,
                Patience.LIMIT,
                3,
                Duration.ofMillis(10),
                null));
        slow.pull(request(), folder, PLENTY, (fraction, message) -> {});
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(900));
    }

    private static boolean refused(HttpExchange exchange, int status) {
        try {
            exchange.sendResponseHeaders(status, -1);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long from(FileServer.Request request) {
        return Long.parseLong(
                request.header("Range").orElseThrow().replace("bytes=", "").replace("-", ""));
    }

    private PullResult pull() {
        return puller().pull(request(), folder, PLENTY, (fraction, message) -> {});
    }

    private Puller.Request request() {
        return asked(new HuggingFace(URI.create(hub.url()), "org/model", "main", List.of()));
    }

    private static Puller.Request asked(PullSource source) {
        return new Puller.Request(source, Optional.empty(), Optional.of("hub-key"), Optional.empty(), Optional.empty());
    }

    private Puller puller() {
        return puller(properties(List.of(), Patience.LIMIT));
    }

    private Puller puller(PullProperties properties) {
        return opened(new Puller(
                properties,
                AllowedHosts.of(List.of(hub.authority(), cdn.authority())),
                folder.resolve("signers"),
                Optional.empty()));
    }

    private Puller puller(AllowedHosts hosts) {
        return opened(
                new Puller(properties(List.of(), Patience.LIMIT), hosts, folder.resolve("signers"), Optional.empty()));
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    static PullProperties properties(List<String> licenses, Duration idle) {
        return new PullProperties(
                List.of(), licenses, null, null, false, 4, null, Patience.LIMIT, idle, 3, Duration.ofMillis(10), null);
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] bytes) {
        return hash("SHA-256", bytes);
    }

    private static String blob(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + bytes.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hash("SHA-1", all);
    }

    private static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
