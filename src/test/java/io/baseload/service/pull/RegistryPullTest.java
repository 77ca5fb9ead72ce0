package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.sun.net.httpserver.HttpExchange;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.pull.PullSource.Oci;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from an OCI registry with a token server, whose blobs lie on a CDN. */
class RegistryPullTest {
    private static final byte[] WEIGHTS = PullerTest.random(300_000);
    private static final byte[] CONFIG = "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8);
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString("user:hub-key".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path folder;

    private FileServer registry;
    private FileServer tokens;
    private FileServer cdn;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        registry = opened(new FileServer("127.0.0.1"));
        tokens = opened(new FileServer("localhost"));
        cdn = opened(new FileServer("localhost"));
        tokens.put("/token", "{\"token\": \"pull-token\"}");
        tokens.gate(exchange ->
                BASIC.equals(exchange.getRequestHeaders().getFirst("Authorization")) || refused(exchange, ""));
        registry.gate(exchange ->
                "Bearer pull-token".equals(exchange.getRequestHeaders().getFirst("Authorization"))
                        || refused(
                                exchange,
                                "Bearer realm=\"" + tokens.url()
                                        + "/token\",service=\"registry\",scope=\"repository:ai/m:pull\""));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private static boolean refused(HttpExchange exchange, String challenge) {
        try {
            if (!challenge.isEmpty()) {
                exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
            }
            exchange.sendResponseHeaders(401, -1);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aModelPackIsPulledWithATokenAndItsBlobsWithoutOne() throws Exception {
        String manifest = manifest(
                "application/vnd.cncf.model.config.v1+json",
                blob("{\"descriptor\":{\"licenses\":[\"Apache-2.0\"]}}".getBytes(StandardCharsets.UTF_8)),
                layer("application/vnd.cncf.model.weight.v1.raw", WEIGHTS, "model.safetensors"),
                layer("application/vnd.cncf.model.weight.config.v1.tar", tar("config.json", CONFIG), ""),
                layer("application/vnd.cncf.model.doc.v1.raw", CONFIG, "README.md"));
        PullResult pulled = pull("latest");
        assertThat(pulled.model()).isEqualTo(folder.resolve("files"));
        assertThat(folder.resolve("files/model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(folder.resolve("files/config.json")).hasBinaryContent(CONFIG);
        assertThat(folder.resolve("files/README.md")).doesNotExist();
        assertThat(pulled.revision()).isEqualTo(manifest);
        assertThat(pulled.licenses()).containsExactly("Apache-2.0");
        assertThat(pulled.source()).isEqualTo(registry.authority() + "/ai/m:latest");
        assertThat(cdn.requests("/" + hex(WEIGHTS)).getFirst().header("Authorization"))
                .isEmpty();
        assertThat(pull(manifest).revision()).isEqualTo(manifest);
    }

    @Test
    void dockersModelsAreGgufLayers() throws Exception {
        manifest(
                "application/vnd.docker.ai.model.config.v0.1+json",
                blob("{\"config\":{\"format\":\"gguf\"}}".getBytes(StandardCharsets.UTF_8)),
                layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, ""),
                layer("application/vnd.docker.ai.license", CONFIG, ""));
        PullResult pulled = pull("latest");
        assertThat(pulled.model()).isEqualTo(folder.resolve("files/model.gguf"));
        assertThat(pulled.model()).hasBinaryContent(WEIGHTS);
        assertThat(pulled.licenses()).isEmpty();
    }

    @Test
    void modelKitsAreUnpacked() throws Exception {
        manifest(
                "application/vnd.kitops.modelkit.config.v1+json",
                blob("{\"package\":{\"license\":\"MIT\"},\"model\":{\"path\":\"m.gguf\"}}"
                        .getBytes(StandardCharsets.UTF_8)),
                layer("application/vnd.kitops.modelkit.model.v1.tar+gzip", gzip(tar("m.gguf", WEIGHTS)), ""));
        PullResult pulled = pull("latest");
        assertThat(pulled.model()).isEqualTo(folder.resolve("files/m.gguf"));
        assertThat(pulled.model()).hasBinaryContent(WEIGHTS);
        assertThat(pulled.licenses()).containsExactly("MIT");
        assertThat(pulled.files())
                .containsExactly(new PullResult.PulledFile("m.gguf", WEIGHTS.length, PullerTest.sha256(WEIGHTS)));
    }

    @Test
    void licensesAreReadFromAllPlacesThatStateThem() throws Exception {
        String config =
                blob("{\"descriptor\":{\"licenses\":[\"MIT\",\"Llama3\"]},\"package\":{\"license\":\"GPL-3.0\"}}"
                        .getBytes(StandardCharsets.UTF_8));
        registry.put("/v2/ai/m/manifests/latest", """
            {"config": {"digest": "%s", "size": 80}, "layers": [%s],
             "annotations": {"org.opencontainers.image.licenses": "MIT"}}\
            """.formatted(
                        config, layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, "")));
        assertThat(pull("latest").licenses()).containsExactly("MIT", "Llama3", "GPL-3.0");
    }

    /** ModelPack has this form too. */
    @Test
    void layersCompressedWithZstandardAreUnpacked() throws Exception {
        manifest(
                "",
                "",
                layer("application/vnd.cncf.model.weight.v1.tar+zstd", zstd(tar("m.safetensors", WEIGHTS)), ""),
                layer("application/vnd.cncf.model.weight.config.v1.tar+zstd", zstd(tar("config.json", CONFIG)), ""));
        pull("latest");
        assertThat(folder.resolve("files/m.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(folder.resolve("files/config.json")).hasBinaryContent(CONFIG);
    }

    /** A long name is read into memory. */
    @Test
    void anArchiveThatUnpacksToMuchBesideItsFilesIsRefused() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            var name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
            name.setSize(17 << 20);
            tar.putArchiveEntry(name);
            tar.write(new byte[17 << 20]);
            tar.closeArchiveEntry();
        }
        manifest("", "", layer("application/vnd.cncf.model.weight.v1.tar+gzip", gzip(bytes.toByteArray()), ""));
        assertThatThrownBy(() -> pull("latest"))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("more than 16 MB beside its files' contents");
    }

    @Test
    void aBrokenArchiveIsRefused() throws Exception {
        byte[] archive = tar("m.gguf", WEIGHTS);
        record Broken(String kind, byte[] bytes) {}
        for (Broken bad : List.of(
                new Broken("tar+zstd", CONFIG),
                new Broken("tar+zstd", Arrays.copyOf(zstd(archive), 1000)),
                new Broken("tar+gzip", CONFIG),
                new Broken("tar+gzip", Arrays.copyOf(gzip(archive), 1000)),
                new Broken("tar", Arrays.copyOf(archive, 1000)))) {
            manifest("", "", layer("application/vnd.cncf.model.weight.v1." + bad.kind(), bad.bytes(), ""));
            assertThatThrownBy(() -> pull("latest"))
                    .isInstanceOf(PullException.class)
                    .hasMessageContaining("can't be unpacked");
        }
    }

    @Test
    void archivesStayInTheFolder() throws Exception {
        for (byte[] bad :
                List.of(tar("../m.gguf", WEIGHTS), tar("a/../../m.gguf", WEIGHTS), link("m.gguf", "/etc/passwd"))) {
            manifest("", "", layer("application/vnd.kitops.modelkit.model.v1.tar", bad, ""));
            assertThatThrownBy(() -> pull("latest")).isInstanceOf(PullException.class);
        }
    }

    @Test
    void theFilesOfAnArchiveDoNotFillTheDiskTogether() throws Exception {
        byte[] archive = tar(new byte[10 << 20], "a.gguf", "b.gguf", "c.gguf");
        manifest("", "", layer("application/vnd.kitops.modelkit.model.v1.tar+gzip", gzip(archive), ""));
        var steps = new AtomicInteger();
        Puller.Space small = (bytes, imported) -> {
            if (bytes == DiskGrowth.STEP && steps.incrementAndGet() > 1) {
                throw new IllegalStateException("full");
            }
        };
        assertThatThrownBy(() -> pull("latest", hosts(), small)).hasMessage("full");
        assertThat(folder.resolve("files/a.gguf")).hasSize(10 << 20);
        assertThat(folder.resolve("files/c.gguf")).doesNotExist();
    }

    @Test
    void contentThatDoesNotMatchTheDigestIsRefused() throws Exception {
        String manifest = manifest("", "", layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, ""));
        registry.put("/v2/ai/m/manifests/" + manifest, "{\"layers\": []}");
        assertThatThrownBy(() -> pull(manifest))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("different content");
        cdn.put("/" + hex(WEIGHTS), PullerTest.random(WEIGHTS.length - 1));
        assertThatThrownBy(() -> pull("latest")).isInstanceOf(PullException.class);
    }

    @Test
    void anIndexLeadsToItsOnlyManifestByASha256() throws Exception {
        String manifest = manifest("", "", layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, ""));
        index(manifest);
        assertThat(pull("latest").revision()).isEqualTo(manifest);

        String foreign = "sha512:" + "0".repeat(128);
        registry.put("/v2/ai/m/manifests/" + foreign, "{\"layers\": []}");
        index(foreign);
        assertThatThrownBy(() -> pull("latest"))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("not a SHA-256: " + foreign);
        assertThat(registry.requests("/v2/ai/m/manifests/" + foreign)).isEmpty();

        index(manifest, manifest);
        assertThatThrownBy(() -> pull("latest"))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("an index of 2 manifests");
    }

    /** Puts an index under {@code latest}. */
    private void index(String... digests) {
        registry.put(
                "/v2/ai/m/manifests/latest",
                Arrays.stream(digests)
                        .map("{\"digest\": \"%s\"}"::formatted)
                        .collect(Collectors.joining(", ", "{\"schemaVersion\": 2, \"manifests\": [", "]}")));
    }

    @Test
    void namesTheTypeOfALayerThatIsNoModel() throws Exception {
        manifest("", "", layer("application/vnd.oci.image.layer.v1.tar+gzip", WEIGHTS, ""));
        assertThatThrownBy(() -> pull("latest"))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("application/vnd.oci.image.layer.v1.tar+gzip");
    }

    @Test
    void jsonThatFillsTheMemoryIsRefused() throws Exception {
        byte[] many = ("[" + "{},".repeat(1_000_000) + "{}]").getBytes(StandardCharsets.UTF_8);
        manifest("", blob(many), layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, ""));
        assertThatThrownBy(() -> pull("latest"))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("too much of it");
        manifest("", blob(new byte[(4 << 20) + 1]), layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, ""));
        assertThatThrownBy(() -> pull("latest"))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("more than 4 MB");
    }

    @Test
    void theTokenServerMustBeAllowedToo() throws Exception {
        manifest("", "", layer("application/vnd.docker.ai.gguf.v3", WEIGHTS, ""));
        var hosts = AllowedHosts.of(List.of(registry.authority(), cdn.authority()));
        assertThatThrownBy(() -> pull("latest", hosts))
                .isInstanceOf(PullException.class)
                .hasMessageContaining(tokens.authority());
        assertThat(tokens.requests("/token")).isEmpty();
    }

    @Test
    void aRefusalOfTheTokenServerClosesTheAnswerThatNamedIt() throws Exception {
        tokens.gate(exchange -> refused(exchange, ""));
        var closed = new CompletableFuture<Boolean>();
        registry.gate(exchange -> {
            exchange.getResponseHeaders()
                    .set("WWW-Authenticate", "Bearer realm=\"" + tokens.url() + "/token\",service=\"registry\"");
            try {
                exchange.sendResponseHeaders(401, 0);
                while (true) {
                    exchange.getResponseBody().write(new byte[1 << 16]);
                }
            } catch (IOException e) {
                closed.complete(true);
            }
            return false;
        });
        URI url = URI.create(registry.url());
        var stop = new Stop();
        var client = opened(new PullClient(hosts(), Patience.LIMIT, Duration.ofDays(1), Optional.empty()));
        var authorization = new RegistryAuthorization(url, Optional.of("user"), Optional.of("hub-key"), client, stop);
        assertThatThrownBy(() -> client.get(url, Map.of(), authorization, stop))
                .hasMessageContaining("the key is missing or wrong");
        assertThat(closed.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** Puts a manifest under {@code latest} and its digest, which is returned. */
    private String manifest(String configType, String config, String... layers) {
        String text = """
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": {"mediaType": "%s", "digest": "%s", "size": 100}, "layers": [%s]}\
            """.formatted(configType, config, String.join(", ", layers));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String digest = "sha256:" + PullerTest.sha256(bytes);
        registry.put("/v2/ai/m/manifests/latest", bytes);
        registry.put("/v2/ai/m/manifests/" + digest, bytes);
        return digest;
    }

    private String layer(String type, byte[] content, String path) {
        String annotations = path.isEmpty() ? "" : ", \"annotations\": {\"org.cncf.model.filepath\": \"" + path + "\"}";
        return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d%s}"
                .formatted(type, blob(content), content.length, annotations);
    }

    /** Small ones the registry has itself, others the CDN. */
    private String blob(byte[] content) {
        String digest = "sha256:" + PullerTest.sha256(content);
        if (content.length < 200) {
            registry.put("/v2/ai/m/blobs/" + digest, content);
        } else {
            cdn.put("/" + hex(content), content);
            registry.on(
                    "/v2/ai/m/blobs/" + digest,
                    new FileServer.Entry.Redirect(cdn.url() + "/" + hex(content), Map.of()));
        }
        return digest;
    }

    private static String hex(byte[] content) {
        return PullerTest.sha256(content);
    }

    private static byte[] tar(String name, byte[] content) throws IOException {
        return tar(content, name);
    }

    private static byte[] tar(byte[] content, String... names) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (String name : names) {
                var entry = new TarArchiveEntry(name, true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] link(String name, String to) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(to);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] zstd(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zstd = new ZstdOutputStreamNoFinalizer(bytes)) {
            zstd.write(content);
        }
        return bytes.toByteArray();
    }

    private PullResult pull(String reference) {
        return pull(reference, hosts());
    }

    private AllowedHosts hosts() {
        return AllowedHosts.of(List.of(registry.authority(), tokens.authority(), cdn.authority()));
    }

    private PullResult pull(String reference, AllowedHosts hosts) {
        return pull(reference, hosts, PullerTest.PLENTY);
    }

    private PullResult pull(String reference, AllowedHosts hosts, Puller.Space space) {
        var puller = opened(new Puller(
                PullerTest.properties(List.of(), Patience.LIMIT), hosts, folder.resolve("signers"), Optional.empty()));
        var source = new Oci(URI.create(registry.url()), "ai/m", reference);
        return puller.pull(
                new Puller.Request(
                        source, Optional.of("user"), Optional.of("hub-key"), Optional.empty(), Optional.empty()),
                folder,
                space,
                (fraction, message) -> {});
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }
}
