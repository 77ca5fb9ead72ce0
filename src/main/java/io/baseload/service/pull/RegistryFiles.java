package io.baseload.service.pull;

import io.baseload.service.pull.PullSource.Oci;
import io.baseload.service.pull.RemoteFile.Packing;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The contents of an artifact in an OCI registry: the layers of its manifest with weights or companion files, in the media types of the CNCF's ModelPack, of Docker's models and of
 * KitOps' ModelKits. The manifest is checked against its digest, and everything else depends on it.
 */
final class RegistryFiles {
    private static final String MANIFESTS = "application/vnd.oci.image.manifest.v1+json,"
            + " application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json,"
            + " application/vnd.docker.distribution.manifest.list.v2+json";
    private static final Pattern MODEL_PACK =
            Pattern.compile("application/vnd\\.(?:cncf|cnai)\\.model\\.weight(?:\\.config)?\\.v1\\.(.+)");
    private static final Pattern MODEL_KIT =
            Pattern.compile("application/vnd\\.kitops\\.modelkit\\.(?:model|modelpart)\\.v1\\.(.+)");
    private static final Pattern DOCKER = Pattern.compile("application/vnd\\.docker\\.ai\\.(.+)");
    private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-f]{64})");

    private final PullClient client;
    private final Oci source;
    private final Authorization authorization;
    private final Retries retries;
    private final Stop stop;

    RegistryFiles(PullClient client, Oci source, Authorization authorization, Retries retries, Stop stop) {
        this.client = client;
        this.source = source;
        this.authorization = authorization;
        this.retries = retries;
        this.stop = stop;
    }

    private record Manifest(String digest, JsonNode json) {}

    PullPlan plan() {
        Manifest manifest = manifest(source.reference());
        if (manifest.json().has("manifests")) {
            JsonNode listed = manifest.json().path("manifests");
            if (listed.size() != 1) {
                throw new PullException(source.description() + " is an index of " + listed.size()
                        + " manifests: name one by its digest.");
            }
            String digest = listed.path(0).path("digest").asString("");
            if (!DIGEST.matcher(digest).matches()) {
                throw new PullException(source.description()
                        + " is an index that names its manifest by a digest that is not a SHA-256: " + digest + ".");
            }
            manifest = manifest(digest);
        }
        List<RemoteFile> files = new ArrayList<>();
        List<JsonNode> layers = StreamSupport.stream(
                        manifest.json().path("layers").spliterator(), false)
                .toList();
        for (JsonNode layer : layers) {
            file(layer, files.size()).ifPresent(files::add);
        }
        if (files.isEmpty()) {
            throw new PullException(source.description() + " has no layer of a supported model format; it has "
                    + layers.stream()
                            .map(layer -> layer.path("mediaType").asString(""))
                            .distinct()
                            .limit(10)
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        return new PullPlan(files, manifest.digest(), licenses(manifest.json()));
    }

    private Manifest manifest(String reference) {
        URI url = at("manifests", reference);
        byte[] text = retries.until(
                PullClient.shown(url), () -> client.document(url, Map.of("Accept", MANIFESTS), authorization, stop));
        String digest = "sha256:" + hash(text);
        if (reference.startsWith("sha256:") && !reference.equals(digest)) {
            throw new PullException(PullClient.shown(url) + " answered with different content: " + digest + ".");
        }
        return new Manifest(digest, read(text, url));
    }

    private Optional<RemoteFile> file(JsonNode layer, int number) {
        String type = layer.path("mediaType").asString("");
        String form = form(type);
        JsonNode annotations = layer.path("annotations");
        String path = annotations
                .path("org.cncf.model.filepath")
                .asString(annotations
                        .path("org.cnai.model.filepath")
                        .asString(annotations
                                .path("org.opencontainers.image.title")
                                .asString("")));
        return switch (form) {
            case "" -> Optional.empty();
            case "raw", "file", "gguf", "gguf.v3", "safetensors", "chat.template.jinja" ->
                Optional.of(blob(layer, path.isEmpty() ? name(form, number) : path, Packing.NONE));
            case "tar" -> Optional.of(blob(layer, "layer-" + number + ".tar", Packing.TAR));
            case "tar+gzip" -> Optional.of(blob(layer, "layer-" + number + ".tar.gz", Packing.TAR_GZIP));
            case "tar+zstd" -> Optional.of(blob(layer, "layer-" + number + ".tar.zst", Packing.TAR_ZSTD));
            default -> throw new PullException(source.description() + " has a layer that can't be read: " + type + ".");
        };
    }

    /** How a layer is packed; empty if models don't need it. */
    private static String form(String type) {
        for (Pattern known : List.of(MODEL_PACK, MODEL_KIT)) {
            Matcher matcher = known.matcher(type);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        Matcher docker = DOCKER.matcher(type);
        if (!docker.matches()) {
            return "";
        }
        return switch (docker.group(1)) {
            case "gguf.v3", "safetensors", "chat.template.jinja", "dduf" -> docker.group(1);
            case "model.file" -> "file";
            case "vllm.config.tar", "dir.tar" -> "tar";
            default -> ""; // a licence's text, a projector for images
        };
    }

    private static String name(String form, int number) {
        return switch (form) {
            case "gguf", "gguf.v3" -> number == 0 ? "model.gguf" : "model-" + number + ".gguf";
            case "safetensors" -> "model-" + number + ".safetensors";
            case "chat.template.jinja" -> "chat_template.jinja";
            default -> "file-" + number;
        };
    }

    private RemoteFile blob(JsonNode layer, String name, Packing packing) {
        String digest = layer.path("digest").asString("");
        Matcher sha256 = DIGEST.matcher(digest);
        if (!sha256.matches()) {
            throw new PullException(
                    source.description() + " names a layer by a digest that is not a SHA-256: " + digest + ".");
        }
        return new RemoteFile(
                name, at("blobs", digest), layer.path("size").asLong(-1), Digest.sha256(sha256.group(1)), packing);
    }

    /** All stated licences: in the annotation, and in the configuration in the forms of ModelPack and of a Kitfile. */
    private List<String> licenses(JsonNode manifest) {
        List<String> licenses = new ArrayList<>();
        add(licenses, manifest.path("annotations").path("org.opencontainers.image.licenses"));
        JsonNode config = manifest.path("config");
        String digest = config.path("digest").asString("");
        if (DIGEST.matcher(digest).matches() && config.path("size").asLong(0) > 2) {
            JsonNode json = config(digest);
            json.path("descriptor").path("licenses").forEach(one -> add(licenses, one));
            add(licenses, json.path("package").path("license"));
            add(licenses, json.path("model").path("license"));
            json.path("model").path("parts").forEach(part -> add(licenses, part.path("license")));
        }
        return licenses.stream().distinct().toList();
    }

    private JsonNode config(String digest) {
        URI url = at("blobs", digest);
        byte[] text = retries.until(PullClient.shown(url), () -> client.document(url, Map.of(), authorization, stop));
        if (!digest.equals("sha256:" + hash(text))) {
            throw new PullException(PullClient.shown(url) + " answered with different content.");
        }
        return read(text, url);
    }

    private static void add(List<String> licenses, JsonNode license) {
        if (license.isString() && !license.asString().isBlank()) {
            licenses.add(license.asString().strip());
        }
    }

    private URI at(String kind, String reference) {
        return URI.create(source.registry() + "/v2/" + source.repository() + "/" + kind + "/" + reference);
    }

    private static JsonNode read(byte[] text, URI url) {
        try {
            return PulledJson.read(text);
        } catch (JacksonException e) {
            throw new PullException(PullClient.shown(url) + " did not answer with JSON, or with too much of it.", e);
        }
    }

    private static String hash(byte[] text) {
        var running = new Digest.Running(Digest.Kind.SHA256, text.length);
        running.update(text, text.length);
        return running.end().sha256();
    }
}
