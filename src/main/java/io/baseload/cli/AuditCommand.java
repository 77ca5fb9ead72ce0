package io.baseload.cli;

import io.baseload.service.audit.ExportCheck;
import io.baseload.service.audit.SignedTrail;
import io.baseload.service.audit.TrustedKeys;
import io.baseload.service.audit.VerifierKey;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The audit trail, outside of the service. */
@Command(
        name = "audit",
        description = "Verifies exports of the audit trail, and chooses the keys that this home trusts.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {AuditCommand.Verify.class, AuditCommand.Trust.class})
final class AuditCommand {

    /** Needs neither service nor database. */
    @Command(
            name = "verify",
            description = "Verifies an export of the trail (GET /admin/v1/audit/export, or a file of the archive) with"
                    + " public keys and nothing else. Exit code 1 if it does not verify.")
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "EXPORT", description = "The file, plain or compressed with gzip.")
        private Path file = Path.of("");

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description =
                        "A file with a public key in PEM, such as audit-key.pub.pem, or with C2SP verifier keys, one"
                                + " per line.")
        private List<Path> keys = new ArrayList<>();

        @Option(
                names = "--checkpoints",
                paramLabel = "FILE",
                description = "Checkpoints kept elsewhere: the anchor, a copy of audit-checkpoints.jsonl, or"
                        + " one signed note. The export must agree with the last of them.")
        private List<Path> kept = new ArrayList<>();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            ExportCheck check = check();
            try (BufferedReader lines = open(file)) {
                ExportCheck.Result result = check.check(lines);
                output.result(result, words(result));
                return result.ok() ? 0 : 1;
            } catch (IOException e) {
                throw new BadInputException(file + " can't be read: " + e.getMessage());
            } catch (IllegalArgumentException e) {
                throw new BadInputException(file + ": " + e.getMessage());
            }
        }

        private ExportCheck check() {
            try {
                return new ExportCheck(
                        keys.stream().flatMap(key -> keys(text(key)).stream()).toList(),
                        kept.stream().map(one -> last(text(one))).toList());
            } catch (IllegalArgumentException e) {
                throw new BadInputException("--key or --checkpoints: " + e.getMessage());
            }
        }

        private static List<String> keys(String text) {
            return text.contains("-----BEGIN")
                    ? List.of(text)
                    : text.lines()
                            .filter(line -> !line.isBlank() && !line.startsWith("#"))
                            .toList();
        }

        private static String last(String text) {
            return text.startsWith("{") ? text.lines().reduce("", (before, line) -> line) : text;
        }

        private static String words(ExportCheck.Result result) {
            String entries = "entries " + result.from() + " to " + result.to() + " of " + result.origin();
            return result.ok()
                    ? "ok: " + entries + ", " + result.checkpoints() + " checkpoints, "
                            + result.openIntents().size() + " intents without an outcome"
                    : "FAILED: " + entries + ": " + result.reason();
        }
    }

    /** A documented decision: this home continues a trail that others have signed. */
    @Command(
            name = "trust",
            description = "Makes this home trust the checkpoints of a key, such as that of an earlier home on the"
                    + " same database. A running service trusts them within a minute.")
    static final class Trust implements Callable<Integer> {
        @Parameters(
                arity = "0..1",
                paramLabel = "KEY",
                description = "A C2SP verifier key (name+id+key), as GET /admin/v1/audit/keys shows it.")
        private @Nullable String key;

        @Option(
                names = "--new-trail",
                description =
                        "Confirms that the database now holds another trail, or lost its last entries: this home's"
                                + " signatures are set aside. Only while the service is stopped.")
        private boolean newTrail;

        @Mixin
        private Output output = new Output();

        /** The output of {@code --json}. */
        record Report(Optional<String> trusted, List<String> setAside) {}

        @Override
        public Integer call() {
            if (key == null && !newTrail) {
                throw new BadInputException("give a KEY, or --new-trail");
            }
            var moved = newTrail
                    ? new SignedTrail(Home.path())
                            .setAside().stream().map(Path::toString).toList()
                    : List.<String>of();
            moved.forEach(path -> output.note("set aside: " + path));
            Optional.ofNullable(key).map(Trust::parse).ifPresent(TrustedKeys.in(Home.path())::add);
            output.result(
                    new Report(Optional.ofNullable(key), moved),
                    key == null ? "the next checkpoint begins anew" : "trusted: " + key);
            return 0;
        }

        private static VerifierKey parse(String text) {
            try {
                return VerifierKey.parse(text);
            } catch (IllegalArgumentException e) {
                throw new BadInputException("KEY: " + e.getMessage());
            }
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BadInputException(file + " can't be read: " + e.getMessage());
        }
    }

    private static BufferedReader open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        bytes.mark(2);
        boolean compressed = bytes.read() == 0x1f && bytes.read() == 0x8b;
        bytes.reset();
        return new BufferedReader(
                new InputStreamReader(compressed ? new GZIPInputStream(bytes) : bytes, StandardCharsets.UTF_8));
    }
}
