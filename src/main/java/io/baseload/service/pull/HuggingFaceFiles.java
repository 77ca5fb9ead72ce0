package io.baseload.service.pull;

import io.baseload.service.pull.PullSource.HuggingFace;
import io.baseload.service.pull.RemoteFile.Packing;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The contents of a repository in Hugging Face's layout: its commit, licences and files from {@code /api/models/…/revision/…}, the files from {@code /…/resolve/COMMIT/…}. A mirror
 * that has no digests in the first has them in the headers of the second.
 */
final class HuggingFaceFiles {
    private static final Pattern PART = Pattern.compile("-\\d{5}-of-\\d{5}\\.gguf$");
    private static final List<String> BESIDE_WEIGHTS =
            List.of("*.json", "*.jinja", "*.txt", "*.model", "LICENSE*", "*.tiktoken");

    /** Companions in folders: the pooling of an encoder, and chat templates. */
    private static final List<String> IN_FOLDERS =
            List.of("1_Pooling/config.json", "additional_chat_templates/*.jinja");

    private final PullClient client;
    private final HuggingFace source;
    private final Authorization authorization;
    private final Retries retries;
    private final Stop stop;

    HuggingFaceFiles(PullClient client, HuggingFace source, Authorization authorization, Retries retries, Stop stop) {
        this.client = client;
        this.source = source;
        this.authorization = authorization;
        this.retries = retries;
        this.stop = stop;
    }

    /** @param signature a file that is pulled too */
    PullPlan plan(Optional<String> signature) {
        URI url = URI.create(source.base() + "/api/models/" + path(source.repository()) + "/revision/"
                + encoded(source.revision()) + "?blobs=true");
        JsonNode answer = json(url);
        String commit = answer.path("sha").asString(source.revision());
        List<JsonNode> siblings = StreamSupport.stream(answer.path("siblings").spliterator(), false)
                .toList();
        List<String> names = siblings.stream()
                .map(file -> file.path("rfilename").asString(""))
                .toList();
        Predicate<String> wanted = wanted(names).or(name -> signature.equals(Optional.of(name)));
        List<RemoteFile> files = new ArrayList<>();
        for (JsonNode file : siblings) {
            if (wanted.test(file.path("rfilename").asString(""))) {
                files.add(file(file, commit));
            }
        }
        if (files.isEmpty()) {
            throw new PullException(source.description() + " has none of these files: "
                    + String.join(", ", source.files()) + "; it has " + some(names) + ".");
        }
        return new PullPlan(files, commit, licenses(answer));
    }

    private JsonNode json(URI url) {
        byte[] text = retries.until(
                PullClient.shown(url),
                () -> client.document(url, Map.of("Accept", "application/json"), authorization, stop));
        try {
            return PulledJson.read(text);
        } catch (JacksonException e) {
            throw new PullException(PullClient.shown(url) + " did not answer with JSON, or with too much of it.", e);
        }
    }

    private RemoteFile file(JsonNode file, String commit) {
        String name = file.path("rfilename").asString("");
        RemoteFile.checkName(name);
        URI url = URI.create(
                source.base() + "/" + path(source.repository()) + "/resolve/" + encoded(commit) + "/" + path(name));
        JsonNode lfs = file.path("lfs");
        String sha256 = lfs.path("sha256").asString(lfs.path("oid").asString(""));
        String blob = file.path("blobId").asString("");
        long size = lfs.path("size").asLong(file.path("size").asLong(-1));
        Optional<Digest> digest = Digest.ofEtag(sha256.isEmpty() ? blob : sha256.replaceFirst("^sha256:", ""));
        return digest.isPresent() && size >= 0
                ? new RemoteFile(name, url, size, digest.get(), Packing.NONE)
                : byHead(name, url);
    }

    private RemoteFile byHead(String name, URI url) {
        HttpResponse<?> head = retries.until(PullClient.shown(url), () -> headOf(url));
        var headers = head.headers();
        Optional<Digest> digest = headers.firstValue("X-Linked-Etag")
                .flatMap(Digest::ofEtag)
                .or(() -> headers.firstValue("X-Checksum-Sha256").flatMap(Digest::ofEtag)) // Artifactory's
                .or(() -> headers.firstValue("ETag").flatMap(Digest::ofEtag));
        long size = headers.firstValueAsLong("X-Linked-Size")
                .orElse(
                        head.statusCode() == 200
                                ? headers.firstValueAsLong("Content-Length").orElse(-1)
                                : -1);
        return new RemoteFile(
                name,
                url,
                size,
                digest.filter(known -> size >= 0 || known.kind() == Digest.Kind.SHA256)
                        .orElseThrow(() ->
                                new PullException("The source states no digest for " + PullClient.shown(url) + ".")),
                Packing.NONE);
    }

    private HttpResponse<?> headOf(URI url) throws IOException {
        return client.head(url, authorization, stop);
    }

    /** The requested files; otherwise the safetensors files, or the only GGUF file, or PyTorch's files, each with their companions. */
    private Predicate<String> wanted(List<String> names) {
        if (!source.files().isEmpty()) {
            return any(source.files());
        }
        List<String> top = names.stream().filter(name -> !name.contains("/")).toList();
        if (top.stream().anyMatch(any(List.of("*.safetensors")))) {
            boolean twice = top.stream().anyMatch(any(List.of("model*.safetensors")));
            return with(top, twice ? "model*.safetensors" : "*.safetensors");
        }
        List<String> gguf = top.stream().filter(name -> name.endsWith(".gguf")).toList();
        if (!gguf.isEmpty()) {
            long models = gguf.stream()
                    .map(name -> PART.matcher(name).replaceFirst(""))
                    .distinct()
                    .count();
            if (models > 1) {
                throw new PullException(source.description()
                        + " has several GGUF files; 'files' must name one of them: " + some(gguf) + ".");
            }
            return gguf::contains;
        }
        return with(top, "*.bin");
    }

    private static Predicate<String> with(List<String> top, String weights) {
        Predicate<String> some = any(List.of(weights)).or(any(BESIDE_WEIGHTS));
        Predicate<String> inFolders = any(IN_FOLDERS);
        return name -> top.contains(name) ? some.test(name) : inFolders.test(name);
    }

    private static Predicate<String> any(List<String> patterns) {
        Pattern all = Pattern.compile(patterns.stream()
                .map(pattern -> Arrays.stream(pattern.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .collect(Collectors.joining("|")));
        return name -> all.matcher(name).matches();
    }

    private static List<String> licenses(JsonNode answer) {
        List<String> licenses = new ArrayList<>();
        JsonNode stated = answer.path("cardData").path("license");
        if (stated.isArray()) {
            stated.forEach(one -> licenses.add(one.asString("")));
        } else if (stated.isString()) {
            licenses.add(stated.asString());
        }
        String name = answer.path("cardData").path("license_name").asString("");
        if (licenses.contains("other") && !name.isEmpty()) {
            licenses.remove("other");
            licenses.add(name);
        }
        if (licenses.isEmpty()) {
            answer.path("tags").forEach(tag -> {
                if (tag.asString("").startsWith("license:")) {
                    licenses.add(tag.asString().substring("license:".length()));
                }
            });
        }
        return licenses;
    }

    private static String some(List<String> names) {
        return names.stream().limit(20).collect(Collectors.joining(", ")) + (names.size() > 20 ? ", …" : "");
    }

    private static String path(String name) {
        return Arrays.stream(name.split("/", -1)).map(HuggingFaceFiles::encoded).collect(Collectors.joining("/"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
