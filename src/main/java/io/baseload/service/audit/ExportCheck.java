package io.baseload.service.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Verifies an export with public keys and nothing else: no service, no database. Every entry must continue the chain, every checkpoint signed with one of the keys must agree with
 * the tree, the last line must cover the last entry, and checkpoints kept elsewhere must agree too. One that can't be compared, because the file begins or ends elsewhere, is no agreement.
 */
public final class ExportCheck {
    private static final HexFormat HEX = HexFormat.of();

    private final Keys keys;
    private final List<Checkpoint> kept;
    private @Nullable TrailWalk walk;
    private String origin = "";
    private long from;
    private long checkpoints;
    private boolean sealed;
    private long line;

    /**
     * @param keys public keys: PEM, or verifier keys
     * @param kept lines or notes of checkpoints kept elsewhere
     * @throws IllegalArgumentException if one of them is invalid
     */
    public ExportCheck(List<String> keys, List<String> kept) {
        this.keys = new Keys(keys);
        this.kept = kept.stream()
                .map(text -> text.startsWith("{") ? Checkpoint.ofLine(text) : Checkpoint.parse(text))
                .toList();
        this.kept.stream()
                .filter(checkpoint -> !this.keys.haveSigned(checkpoint))
                .findFirst()
                .ifPresent(forged -> {
                    throw new IllegalArgumentException(
                            "the checkpoint of " + forged.size() + " entries is not signed with any of the given keys");
                });
    }

    /**
     * The result.
     *
     * @param from number of the first entry
     * @param to number of the last one
     * @param checkpoints checkpoints that were genuine and agreed
     * @param openIntents intents without an outcome, in a file that begins with the first entry
     */
    public record Result(
            boolean ok,
            String origin,
            long from,
            long to,
            long checkpoints,
            String head,
            @Nullable Long firstBadSeq,
            @Nullable String reason,
            List<Long> openIntents) {}

    /** @throws IllegalArgumentException if the file is no export */
    public Result check(BufferedReader export) throws IOException {
        try {
            for (String text = export.readLine(); text != null; text = export.readLine()) {
                line++;
                read(text);
            }
            finish();
            return result(Optional.empty());
        } catch (TrailBrokenException e) {
            return result(Optional.of(e));
        }
    }

    private void read(String text) {
        JsonNode json;
        try {
            json = AuditEntry.json(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("line " + line + " is not JSON", e);
        }
        if (walk == null) {
            begin(json);
        } else if (json.has("checkpoint")) {
            checkpoint(walk, json);
        } else {
            entry(walk, text, json);
        }
    }

    private void begin(JsonNode head) {
        if (!head.path("form").asString("").equals(AuditExport.FORM)) {
            throw new IllegalArgumentException(
                    "line 1 does not say " + AuditExport.FORM + ": this is not an export of a trail");
        }
        origin = head.path("origin").asString("");
        from = head.path("from").asLong(0);
        var hashes = head.path("tree")
                .valueStream()
                .map(hash -> HEX.parseHex(hash.asString("")))
                .toList();
        byte[] chain = HEX.parseHex(head.path("chain").asString(""));
        var walked = new TrailWalk(TrailState.after(new MerkleTree.Frontier(from - 1, hashes), chain));
        walk = walked;
        kept.forEach(checkpoint -> compare(walked, checkpoint));
    }

    /** The state before the first entry, as the file claims it. */
    private void compare(TrailWalk walked, Checkpoint kept) {
        if (!kept.origin().equals(origin)) {
            throw new TrailBrokenException(from, "the checkpoint that was kept is of another trail: " + kept.origin());
        }
        if (kept.size() < walked.size()) {
            throw new TrailBrokenException(
                    from,
                    "the checkpoint that was kept is of " + kept.size() + " entries, and the file begins with entry "
                            + from + ": they can't be compared. Verify the file that has entry " + kept.size()
                            + ", then this one with the checkpoint in its last line");
        }
        walked.hold(kept);
    }

    private void entry(TrailWalk walked, String text, JsonNode json) {
        long seq = walked.size() + 1;
        if (json.path("seq").asLong(0) != seq) {
            throw new TrailBrokenException(seq, "line " + line + " should be entry " + seq);
        }
        sealed = false;
        walked.next(text.getBytes(StandardCharsets.UTF_8), json.path("kind").asString(""), json.path("detail"));
        kept.forEach(walked::hold);
    }

    private void checkpoint(TrailWalk walked, JsonNode json) {
        Checkpoint checkpoint = Checkpoint.parse(json.path("checkpoint").asString(""));
        if (!checkpoint.origin().equals(origin) || !keys.haveSigned(checkpoint)) {
            if (keys.areNamed(checkpoint)) {
                throw new TrailBrokenException(walked.size(), "line " + line + ": the signature is not the key's");
            }
            return; // signed with a key that wasn't given
        }
        if (checkpoint.size() == walked.size()) {
            walked.hold(checkpoint);
        } else if (!continues(walked, checkpoint, json)) {
            throw new TrailBrokenException(
                    walked.size(), "line " + line + ": the checkpoint does not seal entry " + walked.size());
        }
        checkpoints++;
        sealed = true;
    }

    private static boolean continues(TrailWalk walked, Checkpoint checkpoint, JsonNode json) {
        var proof = json.path("consistency")
                .valueStream()
                .map(hash -> HEX.parseHex(hash.asString("")))
                .toList();
        return MerkleTree.isConsistent(
                walked.size(), walked.state().tree().root(), checkpoint.size(), checkpoint.root(), proof);
    }

    private void finish() {
        TrailWalk walked = walk;
        if (walked == null) {
            throw new IllegalArgumentException("the file is empty");
        }
        if (!sealed) {
            throw new TrailBrokenException(walked.size(), "no checkpoint by a given key seals entry " + walked.size());
        }
        kept.stream()
                .filter(checkpoint -> checkpoint.size() > walked.size())
                .findFirst()
                .ifPresent(checkpoint -> {
                    throw new TrailBrokenException(
                            walked.size() + 1,
                            "the file ends at entry " + walked.size() + ", but the kept checkpoint covers "
                                    + checkpoint.size());
                });
    }

    private Result result(Optional<TrailBrokenException> broken) {
        var state = walk == null ? TrailState.EMPTY : walk.state();
        boolean whole = from == 1;
        return new Result(
                broken.isEmpty() && (!whole || state.stray() == 0),
                origin,
                from,
                state.size(),
                checkpoints,
                HEX.formatHex(state.chain()),
                broken.map(TrailBrokenException::seq).orElse(whole && state.stray() > 0 ? state.stray() : null),
                broken.map(TrailBrokenException::getMessage)
                        .orElse(whole && state.stray() > 0 ? "an outcome without an intent, or a second one" : null),
                whole ? state.open().values().stream().sorted().toList() : List.of());
    }

    /** Keys in PEM have no name, so they match any. */
    private static final class Keys {
        private final List<String> texts;

        Keys(List<String> texts) {
            this.texts = texts;
            texts.forEach(text -> key(text, "any"));
        }

        boolean haveSigned(Checkpoint checkpoint) {
            return checkpoint.signed().isSignedBy(named(checkpoint));
        }

        boolean areNamed(Checkpoint checkpoint) {
            return checkpoint.signed().names(named(checkpoint));
        }

        private Collection<VerifierKey> named(Checkpoint checkpoint) {
            return checkpoint.signed().signatures().stream()
                    .flatMap(line -> texts.stream().map(text -> key(text, line.name())))
                    .toList();
        }

        private static VerifierKey key(String text, String name) {
            return text.contains("-----BEGIN")
                    ? VerifierKey.ofPem(VerifierKey.Type.NOTE, name, text)
                    : VerifierKey.parse(text);
        }
    }
}
