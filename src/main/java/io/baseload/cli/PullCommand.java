package io.baseload.cli;

import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.pull.PullException;
import io.baseload.service.pull.PullProperties;
import io.baseload.service.pull.PullResult;
import io.baseload.service.pull.PullSource;
import io.baseload.service.pull.PullSource.HuggingFace;
import io.baseload.service.pull.PullSource.Oci;
import io.baseload.service.pull.PullSource.UrlFile;
import io.baseload.service.pull.PullSource.Urls;
import io.baseload.service.pull.Puller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Downloads a model's files into a folder; the last line is the path for an import. It can reach every host that the machine can reach: lists of hosts are for the service. */
@Command(
        name = "pull",
        description = "Downloads a model's files, and continues an interrupted download; the last line is the path to"
                + " import.")
final class PullCommand implements Callable<Integer> {
    private static final String HUB = "hf:";
    private static final String REGISTRY = "oci:";

    @Parameters(
            paramLabel = "SOURCE",
            description = "hf:ORG/MODEL[@REVISION], oci:REGISTRY/REPOSITORY[:TAG|@DIGEST], or a URL with --sha256.")
    private String source = "";

    @Option(names = "--base-url", paramLabel = "URL", description = "The address of the hub or a mirror of it.")
    private URI base = HuggingFace.HUB;

    @Option(
            names = "--file",
            paramLabel = "PATTERN",
            description = "Files to fetch from a hub (default: those that a model needs).")
    private List<String> files = new ArrayList<>();

    @Option(names = "--plain-http", description = "The registry uses plain HTTP.")
    private boolean plainHttp;

    @Option(names = "--sha256", paramLabel = "DIGEST", description = "SHA-256 of the file at the URL.")
    private @Nullable String sha256;

    @Option(names = "--username", paramLabel = "NAME", description = "User name for the registry.")
    private @Nullable String user;

    @Option(
            names = "--secret-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the source's key.")
    private @Nullable String secret;

    @Option(names = "--allow-license", paramLabel = "LICENSE", description = "Allowed license; all others are refused.")
    private List<String> licenses = new ArrayList<>();

    @Option(
            names = "--signers",
            paramLabel = "FOLDER",
            description = "Public keys, certificates of authorities (NAME.pem), or Sigstore's trusted_root.json with"
                    + " identities.json; verify the model's signature.")
    private @Nullable Path signers;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description = "The name of the file with the signature (default: ${DEFAULT-VALUE}).")
    private String signature = "model.sig";

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Files downloaded at the same time (default: ${DEFAULT-VALUE}).")
    private int connections = 4;

    @Option(
            names = "--bandwidth",
            paramLabel = "BYTES",
            converter = Rate.class,
            description = "Maximum bytes per second, such as 10MB.")
    private @Nullable DataSize bandwidth;

    @Option(
            names = "--into",
            paramLabel = "FOLDER",
            description = "A new folder, or that of an earlier pull of the same source (default: one in the import"
                    + " folder below BASELOAD_HOME).")
    private @Nullable Path into;

    @Mixin
    private Output output = new Output();

    /**
     * The output of {@code --json}.
     *
     * @param importPath relative to the import folder, as {@code POST /admin/v1/models} takes it; null if it is elsewhere
     */
    record Report(
            String path,
            @Nullable String importPath,
            String source,
            String revision,
            List<String> licenses,
            @Nullable String signer,
            List<PullResult.PulledFile> files) {}

    @Override
    public Integer call() {
        PullSource from = read();
        Path imports = Home.path().resolve("import");
        Path folder = into == null ? imports.resolve(name(from)) : into.toAbsolutePath();
        var target = new PullFolder(folder, from);
        var request = new Puller.Request(
                from,
                Optional.ofNullable(user),
                Optional.ofNullable(secret).map(PullCommand::variable),
                Optional.empty(),
                Optional.ofNullable(signers).map(trusted -> signature));
        Path trusted = Objects.requireNonNullElse(signers, Path.of("model-signers"));
        try (var puller = new Puller(properties(), AllowedHosts.all(), trusted, Optional.empty())) {
            puller.check(from, request.signature());
            target.claim();
            PullResult pulled =
                    puller.pull(request, folder, (bytes, imported) -> require(folder, bytes + imported), new Tenths());
            pulled.signer()
                    .ifPresent(name -> output.note("signed by " + name
                            + pulled.signed().map(time -> " at " + time).orElse("")));
            output.note(
                    "licenses: " + (pulled.licenses().isEmpty() ? "not stated" : String.join(", ", pulled.licenses())));
            Path model = pulled.model();
            String importPath =
                    model.startsWith(imports) ? imports.relativize(model).toString() : null;
            if (importPath != null) {
                output.note("path for POST /admin/v1/models: " + importPath);
            }
            output.result(
                    new Report(
                            model.toString(),
                            importPath,
                            pulled.source(),
                            pulled.revision(),
                            pulled.licenses(),
                            pulled.signer().orElse(null),
                            pulled.files()),
                    model.toString());
        } catch (PullException e) {
            throw new BadInputException(String.valueOf(e.getMessage()));
        }
        return 0;
    }

    private PullSource read() {
        if (source.startsWith(HUB)) {
            String[] parts = source.substring(HUB.length()).split("@", 2);
            if (!HuggingFace.isRepository(parts[0])) {
                throw new BadInputException(source + " is not a name such as hf:org/model");
            }
            return new HuggingFace(base, parts[0], parts.length == 2 ? parts[1] : "main", files);
        }
        if (source.startsWith(REGISTRY)) {
            return Oci.parse(source.substring(REGISTRY.length()), plainHttp)
                    .orElseThrow(() -> new BadInputException(source + " is not a reference such as oci:host/name:tag"));
        }
        if (!source.matches("https?://.+") || sha256 == null) {
            throw new BadInputException(source + ": expected hf:…, oci:…, or a URL with --sha256");
        }
        URI url = url();
        String file = String.valueOf(url.getPath()).replaceFirst(".*/", "");
        return new Urls(List.of(new UrlFile(file, url, sha256)));
    }

    private URI url() {
        try {
            return new URI(source);
        } catch (URISyntaxException e) {
            throw new BadInputException(source + " is not a URL: " + e.getReason());
        }
    }

    /** The name of the source's folder. */
    private static String name(PullSource from) {
        String name = switch (from) {
            case HuggingFace hub -> hub.repository();
            case Oci oci -> oci.repository();
            case Urls urls -> urls.files().getFirst().name();
        };
        return name.replace("/", "--").toLowerCase(Locale.ROOT);
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new BadInputException("there is no environment variable " + name);
        }
        return value.strip();
    }

    private PullProperties properties() {
        return new PullProperties(
                List.of(),
                licenses,
                null,
                null,
                false,
                connections,
                bandwidth,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                5,
                Duration.ofSeconds(1),
                null);
    }

    private static void require(Path folder, long bytes) {
        try {
            Files.createDirectories(folder);
            long free = Files.getFileStore(folder).getUsableSpace();
            if (bytes > free) {
                throw new BadInputException(
                        "%d MB are needed in %s, %d MB are free; an import needs the size of the files again."
                                .formatted(bytes >> 20, folder, free >> 20));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be written", e);
        }
    }

    /** Bytes per second. */
    private static final class Rate implements ITypeConverter<DataSize> {
        @Override
        public DataSize convert(String text) {
            try {
                DataSize size = DataSize.parse(text);
                if (size.toBytes() > 0) {
                    return size;
                }
            } catch (IllegalArgumentException e) {
                // not a size
            }
            throw new TypeConversionException("expected a number of bytes such as 10MB, not '" + text + "'");
        }
    }

    /** A line for each tenth. */
    private final class Tenths implements Puller.Watcher {
        private int told = -1;

        @Override
        public void at(double fraction, String message) {
            int now = (int) (10 * fraction);
            if (now > told) {
                told = now;
                output.note("… " + message);
            }
        }
    }
}
