package io.baseload.service.audit;

import io.baseload.service.audit.SignedNote.SignatureLine;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Has a witness cosign each checkpoint, with the protocol of C2SP's tlog-witness. The witness gets a proof that the checkpoint continues its last cosigned one; if the assumed one
 * is wrong, the witness answers with the right one.
 */
public final class WitnessAnchor implements Anchor {
    private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final URI url;
    private final VerifierKey key;
    private final Transport transport;
    private long cosigned;

    /** @param prefix the witness's submission prefix */
    WitnessAnchor(URI prefix, VerifierKey key, Transport transport) {
        this.url = URI.create(prefix.toString().replaceFirst("/*$", "/add-checkpoint"));
        this.key = key;
        this.transport = transport;
    }

    /** How a witness is reached. */
    @FunctionalInterface
    public interface Transport {
        /** @throws RuntimeException if no answer comes */
        Reply post(URI url, String body);

        /** An answer, whatever its status. */
        record Reply(int status, String body) {}
    }

    @Override
    public String name() {
        return key.name();
    }

    @Override
    public Checkpoint keep(Checkpoint checkpoint, History history) {
        var reply = post(checkpoint, history);
        if (reply.status() == 409 && SIZE.matcher(reply.body().strip()).matches()) {
            long known = Long.parseLong(reply.body().strip());
            if (known != cosigned) {
                cosigned = known;
                reply = post(checkpoint, history);
            }
        }
        if (reply.status() != 200) {
            throw new IllegalStateException(url + " answered " + reply.status() + ": " + shown(reply.body()));
        }
        var note = checkpoint.signed().with(cosignatures(checkpoint, reply.body()));
        cosigned = checkpoint.size();
        return Checkpoint.parse(note.toString());
    }

    private Transport.Reply post(Checkpoint checkpoint, History history) {
        if (cosigned > checkpoint.size()) {
            throw new IllegalStateException(url + " has cosigned a trail of " + cosigned + " entries");
        }
        var body = new StringBuilder("old ").append(cosigned).append('\n');
        for (byte[] hash : history.consistencyFrom(cosigned)) {
            body.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        }
        return transport.post(url, body.append('\n').append(checkpoint.note()).toString());
    }

    /** The cosignatures by the witness's key; others are ignored. */
    private List<SignatureLine> cosignatures(Checkpoint checkpoint, String lines) {
        String text = checkpoint.signed().text();
        var signed = SignedNote.parse(text + "\n" + lines).signatures().stream()
                .filter(line -> line.isBy(key) && new SignedNote(text, List.of(line)).isSignedBy(List.of(key)))
                .toList();
        if (signed.isEmpty()) {
            throw new IllegalStateException(url + " answered without a cosignature by " + key);
        }
        return signed;
    }

    private static String shown(String body) {
        return body.substring(0, Math.min(200, body.length())).strip();
    }
}
