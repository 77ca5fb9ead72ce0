package io.baseload.service.protocol;

import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * A model's reasoning as a text that only its tenant can send back, for clients that keep no other: encrypted with the master key. A process without one only encodes it, which hides
 * nothing from the client, whose reasoning it is.
 */
@Component
public final class SealedReasoning {
    private static final String ENCODED = "encoded:";

    private final MasterKeys keys;

    SealedReasoning(MasterKeys keys) {
        this.keys = keys;
    }

    public String seal(String tenant, String reasoning) {
        byte[] text = reasoning.getBytes(StandardCharsets.UTF_8);
        return keys.present()
                ? keys.seal(text, purpose(tenant))
                : ENCODED + Base64.getEncoder().encodeToString(text);
    }

    /** Empty if it is from another service or tenant, or from before the key was replaced: the conversation goes on without it. */
    public Optional<String> open(String tenant, String sealed) {
        try {
            byte[] text = sealed.startsWith(ENCODED)
                    ? Base64.getDecoder().decode(sealed.substring(ENCODED.length()))
                    : keys.open(sealed, purpose(tenant));
            return Optional.of(new String(text, StandardCharsets.UTF_8)).filter(reasoning -> !reasoning.isEmpty());
        } catch (SealException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String purpose(String tenant) {
        return "reasoning/" + tenant;
    }
}
