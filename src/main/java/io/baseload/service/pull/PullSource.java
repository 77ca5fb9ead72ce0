package io.baseload.service.pull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The source of a model. Its JSON form is stored with the job. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PullSource.HuggingFace.class, name = "huggingface"),
    @JsonSubTypes.Type(value = PullSource.Oci.class, name = "oci"),
    @JsonSubTypes.Type(value = PullSource.Urls.class, name = "urls")
})
public sealed interface PullSource {
    /**
     * A repository in Hugging Face's HTTP layout.
     *
     * @param base of the hub, or of a mirror; without a slash at its end
     * @param repository such as {@code org/model}
     * @param revision a branch, tag or commit
     * @param files names, or patterns with {@code *}; empty = the files that a model needs
     */
    record HuggingFace(URI base, String repository, String revision, List<String> files) implements PullSource {
        public static final URI HUB = URI.create("https://huggingface.co");
        private static final Pattern REPOSITORY = Pattern.compile("\\w[\\w.-]*(/\\w[\\w.-]*)?");

        public HuggingFace {
            files = List.copyOf(files);
        }

        /** Whether a repository can have this name. */
        public static boolean isRepository(String name) {
            return REPOSITORY.matcher(name).matches() && !name.contains("..");
        }
    }

    /**
     * An artifact in a registry.
     *
     * @param registry scheme, host and port
     * @param repository such as {@code ai/smollm2}
     * @param reference a tag, or a digest such as {@code sha256:…}
     */
    record Oci(URI registry, String repository, String reference) implements PullSource {
        private static final Pattern FORM =
                Pattern.compile("(?<host>[A-Za-z0-9.-]+(?::[0-9]+)?)/(?<repository>[a-z0-9][a-z0-9._/-]*)"
                        + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?");

        /**
         * Reads a reference as people write it; empty if it is invalid. If there is a digest, the tag is ignored. Docker's hub has a host that differs from its name.
         *
         * @param plainHttp whether the registry speaks no TLS
         */
        public static Optional<Oci> parse(String text, boolean plainHttp) {
            Matcher form = FORM.matcher(text);
            if (!form.matches() || form.group("repository").contains("..")) {
                return Optional.empty();
            }
            String host = form.group("host").equals("docker.io") ? "registry-1.docker.io" : form.group("host");
            String tag = Objects.requireNonNullElse(form.group("tag"), "latest");
            return Optional.of(new Oci(
                    URI.create((plainHttp ? "http://" : "https://") + host),
                    form.group("repository"),
                    Objects.requireNonNullElse(form.group("digest"), tag)));
        }
    }

    /** Files at URLs, including presigned ones. */
    record Urls(List<UrlFile> files) implements PullSource {
        public Urls {
            files = List.copyOf(files);
        }
    }

    /**
     * A file at a URL.
     *
     * @param name its name in the model's folder
     * @param sha256 of its content
     */
    record UrlFile(String name, URI url, String sha256) {}

    /** The server of the first request, the only one that gets a key. */
    default URI server() {
        return switch (this) {
            case HuggingFace hub -> hub.base();
            case Oci oci -> oci.registry();
            case Urls urls -> urls.files().getFirst().url();
        };
    }

    /** In one line, for people and for the trail. The query of a presigned URL is a key, so it is omitted. */
    default String description() {
        return switch (this) {
            case HuggingFace hub -> hub.base() + "/" + hub.repository() + " at " + hub.revision();
            case Oci oci ->
                oci.registry().getRawAuthority() + "/" + oci.repository()
                        + (oci.reference().contains(":") ? "@" : ":") + oci.reference();
            case Urls urls ->
                String.join(
                        ", ",
                        urls.files().stream().map(file -> bare(file.url())).toList());
        };
    }

    private static String bare(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority()
                + Optional.ofNullable(url.getRawPath()).orElse("");
    }
}
