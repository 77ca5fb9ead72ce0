package io.baseload.service.admin;

import io.baseload.service.audit.VerifierKey;
import io.baseload.service.audit.Witness;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Cosigns the checkpoints of other trails, with C2SP's tlog-witness, and shows the last cosigned ones. */
@RestController
final class WitnessController {
    private static final MediaType SIZE = MediaType.parseMediaType("text/x.tlog.size");

    private final Witness witness;

    WitnessController(Witness witness) {
        this.witness = witness;
    }

    /** @param checkpoint a C2SP signed note, with the cosignature */
    record LogForm(String origin, String checkpoint) {}

    /** @param key the witness's verifier key */
    record WitnessForm(String key, List<LogForm> logs) {}

    /** Needs no key: the signature identifies the owner of a checkpoint. */
    @PostMapping("/witness/add-checkpoint")
    ResponseEntity<String> add(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(Witness.MAX_BYTES + 1);
        if (body.length > Witness.MAX_BYTES) {
            return ResponseEntity.status(413).body("at most " + Witness.MAX_BYTES + " bytes\n");
        }
        return switch (witness.addCheckpoint(new String(body, StandardCharsets.UTF_8))) {
            case Witness.Reply.Cosigned cosigned ->
                ResponseEntity.ok().contentType(text()).body(cosigned.lines());
            case Witness.Reply.Expected expected ->
                ResponseEntity.status(409).contentType(SIZE).body(expected.size() + "\n");
            case Witness.Reply.Refused refused ->
                ResponseEntity.status(refused.status()).contentType(text()).body(refused.reason() + "\n");
        };
    }

    @GetMapping("/admin/v1/audit/witness")
    WitnessForm cosigned() {
        VerifierKey key = witness.key().orElseThrow(() -> Refusals.notFound("log witnessed here, and no", "witness"));
        return new WitnessForm(
                key.text(),
                witness.cosigned().entrySet().stream()
                        .map(log -> new LogForm(log.getKey(), log.getValue()))
                        .toList());
    }

    private static MediaType text() {
        return new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8);
    }
}
