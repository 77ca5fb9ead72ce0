package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Witness.Reply;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A witness and its logs, following the protocol's text, with real keys, trees and files. */
class WitnessTest {
    private static final String ORIGIN = "log.example";

    @TempDir
    Path home;

    private SigningKey logKey;
    private SigningKey witnessKey;
    private Witness witness;
    private final Log log = new Log("entry ");

    /** The same origin and key, another past. */
    private final Log fork = new Log("forged ");

    @BeforeEach
    void start() {
        logKey = SigningKey.in(home.resolve("log.pem"), ORIGIN);
        witnessKey = SigningKey.in(home.resolve("witness.pem"), VerifierKey.Type.COSIGNATURE, "witness.example");
        witness = again();
    }

    /** As after a restart. */
    private Witness again() {
        return new Witness(home.resolve("audit-witness"), () -> witnessKey, List.of(logKey.verifier()));
    }

    private final class Log {
        private final List<byte[]> leaves;

        Log(String leaf) {
            leaves = IntStream.range(0, 100)
                    .mapToObj(i -> MerkleTree.leafHash((leaf + i).getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }

        Checkpoint checkpoint(int size) {
            return checkpoint(size, ORIGIN, logKey);
        }

        Checkpoint checkpoint(int size, String origin, SigningKey key) {
            byte[] root = MerkleTreeTest.root(leaves.subList(0, size));
            var text = Checkpoint.text(origin, size, root, Instant.EPOCH, new byte[32]);
            return Checkpoint.parse(new SignedNote(text, List.of(key.sign(text))).toString());
        }

        List<byte[]> proof(long from, long size) {
            return MerkleTree.consistency(
                    from,
                    size,
                    (level, place) ->
                            MerkleTreeTest.root(leaves.subList((int) place << level, (int) (place + 1) << level)));
        }

        /** A request as the protocol has it. */
        String request(int from, int size) {
            return "old " + from + "\n"
                    + proof(from, size).stream()
                            .map(hash -> Base64.getEncoder().encodeToString(hash) + "\n")
                            .collect(Collectors.joining())
                    + "\n" + checkpoint(size).note();
        }
    }

    private Reply ask(String request) {
        return witness.addCheckpoint(request);
    }

    private void assertCosigned(Reply reply, Checkpoint checkpoint) {
        assertThat(reply).isInstanceOf(Reply.Cosigned.class);
        var note = SignedNote.parse(checkpoint.note() + ((Reply.Cosigned) reply).lines());
        assertThat(note.isSignedBy(Set.of(VerifierKey.parse(
                        VerifierKey.Type.COSIGNATURE, witnessKey.verifier().text()))))
                .isTrue();
        assertThat(note.isSignedBy(Set.of(logKey.verifier()))).isTrue();
    }

    private static void assertRefused(Reply reply, int status) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> assertThat(refused.status()).isEqualTo(status));
    }

    /** A stranger could add a thousand that are none, and each takes as long to verify as a right one. */
    @Test
    void ofAKeyTheFirstSignatureCounts() {
        var note = log.checkpoint(5).signed();
        var right = note.signatures().getFirst();
        byte[] wrong = right.signature().clone();
        wrong[wrong.length - 1] ^= 1;
        var lines = List.of(new SignedNote.SignatureLine(right.name(), wrong), right);
        assertRefused(ask("old 0\n\n" + new SignedNote(note.text(), lines)), 403);
    }

    @Test
    void cosignsAContinuationOfTheLastOneAlsoAfterARestart() {
        assertCosigned(ask(log.request(0, 5)), log.checkpoint(5));
        assertCosigned(ask(log.request(5, 8)), log.checkpoint(8));
        assertCosigned(ask(log.request(8, 8)), log.checkpoint(8));
        witness = again();
        assertThat(ask(log.request(5, 9))).isEqualTo(new Reply.Expected(8));
        assertThat(ask(log.request(0, 9))).isEqualTo(new Reply.Expected(8));
        assertCosigned(ask(log.request(8, 100)), log.checkpoint(100));
        assertThat(witness.cosigned().get(ORIGIN)).startsWith(ORIGIN + "\n100\n");
    }

    @Test
    void anotherPastIsNeverCosigned() {
        ask(log.request(0, 5));
        assertRefused(ask(fork.request(5, 9)), 422);
        assertThat(ask(fork.request(5, 5))).isEqualTo(new Reply.Expected(5));
        assertThat(ask(fork.request(0, 9))).isEqualTo(new Reply.Expected(5));
        assertRefused(ask(log.request(5, 9).replaceFirst("\n[^\n]+", "")), 422);
        assertCosigned(ask(log.request(5, 9)), log.checkpoint(9));
    }

    @Test
    void cosignsNothingForAnUnknownLog() {
        var stranger = SigningKey.in(home.resolve("stranger.pem"), ORIGIN);
        assertRefused(ask("old 0\n\n" + log.checkpoint(5, ORIGIN, stranger).note()), 403);
        assertRefused(
                ask("old 0\n\n" + log.checkpoint(5, "other.example", logKey).note()), 404);
        assertRefused(ask("old 7\n\n" + log.checkpoint(5).note()), 400);
        assertThat(witness.cosigned()).isEmpty();
    }

    @Test
    void aWitnessesKeyIsNoLogsKey() {
        String text = witnessKey.verifier().text();
        assertThat(VerifierKey.parse(VerifierKey.Type.COSIGNATURE, text)).isEqualTo(witnessKey.verifier());
        assertThatThrownBy(() -> VerifierKey.parse(text)).hasMessageContaining("not an Ed25519 key of the type 1");
        assertThatThrownBy(() -> VerifierKey.parse(
                        VerifierKey.Type.COSIGNATURE, logKey.verifier().text()))
                .hasMessageContaining("not an Ed25519 key of the type 4");
    }

    @Test
    void refusesAnInvalidRequest() {
        String note = log.checkpoint(5).note();
        String hash = Base64.getEncoder().encodeToString(new byte[32]) + "\n";
        for (String body : List.of(
                "",
                "\n\n",
                note,
                "old 0\n" + note,
                "old 00\n\n" + note,
                "old -1\n\n" + note,
                "old 99999999999999999999\n\n" + note,
                "old 0\nAAAA\n\n" + note,
                "old 0\n???\n\n" + note,
                "old 1\n" + hash.repeat(64) + "\n" + note,
                "old 0\n\n" + log.checkpoint(5).signed().text(),
                "old 0\n\n" + ORIGIN + "\n05\n" + hash + "\n— a AAAAAAAA\n",
                "old 0\n\n" + note + "— a AAAA\n",
                "old 0\n\n" + note.stripTrailing())) {
            assertRefused(ask(body), 400);
        }
    }

    @Test
    void aCosignatureIsOfTheMomentAndTheWholeText() {
        var lines = ((Reply.Cosigned) ask(log.request(0, 5))).lines();
        var key = Set.of(witnessKey.verifier());
        assertThat(lines).startsWith("— witness.example ").endsWith("\n");
        byte[] line = Base64.getDecoder().decode(lines.strip().split(" ", 3)[2]);
        assertThat(line).hasSize(4 + 8 + 64);
        line[11] ^= 1; // the timestamp
        var text = log.checkpoint(5).signed().text();
        var other = new SignedNote(text, List.of(new SignedNote.SignatureLine("witness.example", line)));
        assertThat(other.isSignedBy(key)).isFalse();
        assertThat(SignedNote.parse(text.replace("chain 0", "chain 1") + "\n" + lines)
                        .isSignedBy(key))
                .isFalse();
        assertThat(SignedNote.parse(text + "\n" + lines).isSignedBy(key)).isTrue();
    }

    /** The log's side, which begins without knowing what the witness has. */
    @Test
    void aLogFindsOutWhereTheWitnessIs() {
        ask(log.request(0, 5));
        var requests = new ArrayList<String>();
        var anchor = anchor(requests);
        for (int size : new int[] {7, 9}) {
            var kept = anchor.keep(log.checkpoint(size), from -> log.proof(from, size));
            assertThat(kept.signed().isSignedBy(Set.of(witnessKey.verifier()))).isTrue();
            assertThat(kept.signed().isSignedBy(Set.of(logKey.verifier()))).isTrue();
            assertThat(kept.size()).isEqualTo(size);
        }
        assertThat(requests).containsExactly("old 0", "old 5", "old 7");
    }

    @Test
    void aLogWithAnotherHistoryIsReported() {
        ask(log.request(0, 5));
        var anchor = anchor(new ArrayList<>());
        assertThatThrownBy(() -> anchor.keep(fork.checkpoint(9), from -> fork.proof(from, 9)))
                .hasMessageContaining("422");
        assertThatThrownBy(() -> anchor.keep(fork.checkpoint(5), from -> fork.proof(from, 5)))
                .hasMessageContaining("409");
        assertThatThrownBy(() -> anchor.keep(log.checkpoint(4), from -> log.proof(from, 4)))
                .hasMessageContaining("a trail of 5 entries");
    }

    @Test
    void aCosignatureByAnotherKeyIsRefused() {
        var other = SigningKey.in(home.resolve("other.pem"), VerifierKey.Type.COSIGNATURE, "witness.example");
        var anchor = new WitnessAnchor(
                URI.create("http://witness.example/"),
                witnessKey.verifier(),
                (url, body) -> new WitnessAnchor.Transport.Reply(
                        200,
                        SignedNote.line(other.sign(log.checkpoint(5).signed().text()))));
        assertThatThrownBy(() -> anchor.keep(log.checkpoint(5), from -> log.proof(from, 5)))
                .hasMessageContaining("without a cosignature");
    }

    private WitnessAnchor anchor(List<String> requests) {
        return new WitnessAnchor(URI.create("http://witness.example/of/"), witnessKey.verifier(), (url, body) -> {
            assertThat(url).hasToString("http://witness.example/of/add-checkpoint");
            requests.add(body.lines().findFirst().orElseThrow());
            return switch (ask(body)) {
                case Reply.Cosigned cosigned -> new WitnessAnchor.Transport.Reply(200, cosigned.lines());
                case Reply.Expected expected -> new WitnessAnchor.Transport.Reply(409, expected.size() + "\n");
                case Reply.Refused refused -> new WitnessAnchor.Transport.Reply(refused.status(), refused.reason());
            };
        });
    }
}
