package io.baseload.service.admin;

import io.baseload.engine.api.Quantization;
import io.baseload.service.outbound.Secret;
import io.baseload.service.pull.PullSource;
import io.baseload.service.pull.PullSource.UrlFile;
import io.baseload.service.registry.PullService.Pull;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A request to pull a model, with exactly one of the three kinds of source.
 *
 * @param name the model's id
 * @param quantize as for an import
 * @param username the user name for a registry, with the secret as password
 * @param secretEnv an environment variable of the process with the key for the source
 * @param secretFile a file in the folder of keys for sources
 * @param license the model's licence, if the source does not state one
 * @param signature the name of the file with its signature
 */
@JsonNaming(SnakeCaseStrategy.class)
record PullRequest(
        @Nullable String name,
        @Nullable HuggingFaceField huggingface,
        @Nullable OciField oci,
        @Nullable List<@Nullable UrlField> urls,
        @Nullable String quantize,
        @Nullable String username,
        @Nullable String secretEnv,
        @Nullable String secretFile,
        @Nullable String license,
        @Nullable String signature) {
    private static final int MAX_FILES = 1000;
    private static final int MAX_TEXT = 1024;
    private static final int MAX_URL = 8192;

    /**
     * @param baseUrl of the hub or its mirror; absent: huggingface.co
     * @param revision a branch, tag or commit; absent: main
     * @param files names or patterns; absent: the files that a model needs
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record HuggingFaceField(
            @Nullable String repository,
            @Nullable String revision,
            @Nullable String baseUrl,
            @Nullable List<@Nullable String> files) {
        PullSource read() {
            String id =
                    text("huggingface.repository", Refusals.present("huggingface.repository", repository), MAX_TEXT);
            if (!PullSource.HuggingFace.isRepository(id)) {
                throw Refusals.invalid(
                        "huggingface.repository",
                        "invalid_value",
                        "'huggingface.repository' must be a name such as 'org/model'.");
            }
            return new PullSource.HuggingFace(
                    baseUrl == null ? PullSource.HuggingFace.HUB : base("huggingface.base_url", baseUrl),
                    id,
                    revision == null ? "main" : text("huggingface.revision", revision, MAX_TEXT),
                    files == null ? List.of() : texts("huggingface.files", files));
        }
    }

    /**
     * @param reference such as {@code registry.example.com/models/llama:1.0}
     * @param plainHttp whether the registry speaks no TLS; absent: it does
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record OciField(@Nullable String reference, @Nullable Boolean plainHttp) {
        PullSource read() {
            String text = text("oci.reference", Refusals.present("oci.reference", reference), MAX_TEXT);
            return PullSource.Oci.parse(text, Boolean.TRUE.equals(plainHttp))
                    .orElseThrow(() -> Refusals.invalid(
                            "oci.reference",
                            "invalid_value",
                            "'oci.reference' must be a reference such as 'registry.example.com/models/llama:1.0'."));
        }
    }

    /** @param name the file's name in the model's folder; absent: the last part of the URL's path */
    record UrlField(
            @Nullable String url,
            @Nullable String sha256,
            @Nullable String name) {
        UrlFile read(String path) {
            URI address = base(path + ".url", Refusals.present(path + ".url", url));
            String hash = text(path + ".sha256", Refusals.present(path + ".sha256", sha256), MAX_TEXT);
            String last = Objects.requireNonNullElse(address.getPath(), "").replaceFirst(".*/", "");
            return new UrlFile(name == null ? last : text(path + ".name", name, MAX_TEXT), address, hash);
        }
    }

    Pull read() {
        if (Stream.of(huggingface, oci, urls).filter(Objects::nonNull).count() != 1) {
            throw Refusals.invalid(
                    "source", "invalid_value", "Exactly one of 'huggingface', 'oci' and 'urls' must be given.");
        }
        if (quantize != null && Quantization.named(quantize).isEmpty()) {
            throw Refusals.invalid(
                    "quantize",
                    "invalid_value",
                    "'quantize' must be one of " + String.join(", ", Quantization.labels()) + ".");
        }
        return new Pull(
                Refusals.present("name", name),
                source(),
                optional("username", username),
                secret(),
                optional("license", license),
                optional("signature", signature),
                Optional.ofNullable(quantize));
    }

    private PullSource source() {
        if (huggingface != null) {
            return huggingface.read();
        }
        if (oci != null) {
            return oci.read();
        }
        List<UrlFile> files = new ArrayList<>();
        List<@Nullable UrlField> given = Objects.requireNonNull(urls);
        if (given.isEmpty() || given.size() > MAX_FILES) {
            throw Refusals.invalid("urls", "invalid_value", "'urls' must have 1 to " + MAX_FILES + " elements.");
        }
        for (int i = 0; i < given.size(); i++) {
            files.add(Refusals.present("urls[" + i + "]", given.get(i)).read("urls[" + i + "]"));
        }
        return new PullSource.Urls(files);
    }

    private Secret secret() {
        if (secretEnv != null && secretFile != null) {
            throw Refusals.invalid(
                    "secret_env", "invalid_value", "Only one of 'secret_env' and 'secret_file' can be given.");
        }
        if (secretEnv != null) {
            return new Secret.Environment(secretEnv);
        }
        return secretFile == null ? new Secret.None() : new Secret.InFile(secretFile);
    }

    private static Optional<String> optional(String field, @Nullable String value) {
        return Optional.ofNullable(value).map(text -> text(field, text, MAX_TEXT));
    }

    private static List<String> texts(String field, List<@Nullable String> values) {
        if (values.size() > MAX_FILES) {
            throw Refusals.invalid(
                    field, "array_above_max_length", "'" + field + "' must have at most " + MAX_FILES + " elements.");
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String path = field + "[" + i + "]";
            all.add(text(path, Refusals.present(path, values.get(i)), MAX_TEXT));
        }
        return all;
    }

    private static String text(String field, String value, int most) {
        if (value.isBlank() || value.length() > most) {
            throw Refusals.invalid(field, "invalid_value", "'" + field + "' must have 1 to " + most + " characters.");
        }
        return Refusals.text(field, value);
    }

    private static URI base(String field, String value) {
        try {
            return new URI(text(field, value, MAX_URL).replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw Refusals.invalid(field, "invalid_value", "'" + field + "' is not a URL: " + e.getReason() + ".");
        }
    }
}
