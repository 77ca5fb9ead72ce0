package io.baseload.service.admin;

import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditProofs;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Checkpoint;
import io.baseload.service.audit.Checkpoints;
import io.baseload.service.audit.NotSignedException;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Checkpoints of the audit trail, proofs against them, the keys that sign them. */
@RestController
@RequestMapping("/admin/v1/audit")
final class AuditProofController {
    private static final HexFormat HEX = HexFormat.of();
    private static final MediaType NOTE = new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8);

    private final AuditTrail trail;
    private final AuditProofs proofs;
    private final Checkpoints checkpoints;

    AuditProofController(AuditTrail trail, AuditProofs proofs, Checkpoints checkpoints) {
        this.trail = trail;
        this.proofs = proofs;
        this.checkpoints = checkpoints;
    }

    /** @param checkpoint a C2SP signed note */
    @JsonNaming(SnakeCaseStrategy.class)
    record CheckpointForm(String origin, long treeSize, String rootHash, String checkpoint) {
        static CheckpointForm of(Checkpoint latest) {
            return new CheckpointForm(latest.origin(), latest.size(), HEX.formatHex(latest.root()), latest.note());
        }
    }

    /**
     * An inclusion proof of RFC 6962, hashes in hexadecimal.
     *
     * @param leaf the hashed text, after a zero byte
     * @param hashes from the leaf's sibling upwards
     * @param checkpoint a C2SP signed note of {@code root_hash}
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record InclusionForm(
            long seq,
            long leafIndex,
            String leaf,
            String leafHash,
            long treeSize,
            String rootHash,
            List<String> hashes,
            String checkpoint) {
        static InclusionForm of(AuditProofs.Inclusion proof) {
            AuditEntry entry = proof.entry();
            return new InclusionForm(
                    entry.seq(),
                    entry.seq() - 1,
                    new String(entry.canonical(), StandardCharsets.UTF_8),
                    HEX.formatHex(proof.leafHash()),
                    proof.checkpoint().size(),
                    HEX.formatHex(proof.checkpoint().root()),
                    proof.path().stream().map(HEX::formatHex).toList(),
                    proof.checkpoint().note());
        }
    }

    /** A consistency proof of RFC 6962 between the first {@code from_size} entries and the latest checkpoint. */
    @JsonNaming(SnakeCaseStrategy.class)
    record ConsistencyForm(
            long fromSize,
            String fromRootHash,
            long treeSize,
            String rootHash,
            List<String> hashes,
            String checkpoint) {
        static ConsistencyForm of(AuditProofs.Consistency proof) {
            return new ConsistencyForm(
                    proof.before(),
                    HEX.formatHex(proof.root()),
                    proof.checkpoint().size(),
                    HEX.formatHex(proof.checkpoint().root()),
                    proof.path().stream().map(HEX::formatHex).toList(),
                    proof.checkpoint().note());
        }
    }

    /** @param key a C2SP verifier key */
    record KeyForm(String id, String name, String key, String pem, boolean current, boolean trusted) {
        static KeyForm of(Checkpoints.KnownKey known) {
            var key = known.key();
            return new KeyForm(key.id(), key.name(), key.text(), key.pem(), known.current(), known.trusted());
        }
    }

    /** The signed note as text; as JSON for clients that ask for it. */
    @GetMapping("/checkpoint")
    ResponseEntity<?> checkpoint(
            @RequestHeader(name = HttpHeaders.ACCEPT, defaultValue = "*/*") String accept,
            @AuthenticationPrincipal Caller caller) {
        Checkpoint latest = caller.isPlatform()
                ? proofs.latest().orElseThrow(checkpoints::notSigned)
                : proofs.known().orElseThrow(this::notYet);
        return accept.contains(MediaType.APPLICATION_JSON_VALUE)
                ? ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(CheckpointForm.of(latest))
                : ResponseEntity.ok().contentType(NOTE).body(latest.note());
    }

    /** Proves that the latest checkpoint covers an entry. Since the answer has the entry, it is a read of the trail. */
    @GetMapping("/proof")
    InclusionForm proof(@RequestParam long seq, @AuthenticationPrincipal Caller caller) {
        AuditEntry entry = proofs.entry(seq)
                .filter(found -> caller.isPlatform() || found.actor().tenant().equals(caller.tenant()))
                .orElseThrow(() -> Refusals.notFound("entry", Long.toString(seq)));
        requireSigned(seq, caller);
        var proof = InclusionForm.of(proofs.inclusion(entry).orElseThrow(checkpoints::notSigned));
        trail.recordRead(caller.actor(), Map.of("seq", seq), List.of(entry));
        return proof;
    }

    /**
     * Proves that the latest checkpoint continues an earlier one.
     *
     * @param from its number of entries
     */
    @GetMapping("/consistency")
    ConsistencyForm consistency(@RequestParam long from, @AuthenticationPrincipal Caller caller) {
        long size = Refusals.inRange("from", from, 1, Long.MAX_VALUE);
        requireSigned(size, caller);
        return ConsistencyForm.of(proofs.consistency(size).orElseThrow(checkpoints::notSigned));
    }

    @GetMapping("/keys")
    Page<KeyForm> keys() {
        return new Page<>("list", checkpoints.keys().stream().map(KeyForm::of).toList(), null);
    }

    /** Creates a new signing key. The trail names it before the last checkpoint of the old one, which both have signed. */
    @PostMapping("/keys")
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm rotate(@AuthenticationPrincipal Caller caller) {
        try {
            return KeyForm.of(new Checkpoints.KnownKey(checkpoints.rotate(caller.actor()), true, true));
        } catch (java.io.UncheckedIOException e) {
            throw ApiException.refused(
                    409, "conflict", "The key's folder can't be written; replace the key at its source.");
        }
    }

    /** A tenant's key never makes the service sign: each checkpoint costs all homes, anchors and verifications a little. */
    private void requireSigned(long size, Caller caller) {
        boolean signed = proofs.known().filter(known -> known.size() >= size).isPresent();
        if (!signed && !caller.isPlatform()) {
            throw notYet();
        }
    }

    private NotSignedException notYet() {
        if (checkpoints.status().refusal().isPresent()) {
            return checkpoints.notSigned();
        }
        return new NotSignedException("No checkpoint covers this yet. The next one will.");
    }
}
