package io.baseload.service.pull;

import io.baseload.service.pull.ModelSigners.Signer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A model's signature in the form of OpenSSF Model Signing 1.0: a Sigstore bundle around a DSSE envelope around an in-toto statement that lists each file with its digest.
 * Signatures by an elliptic-curve key are verified, if it is known, has a certificate by a known authority, or one of Sigstore for an identity that is allowed.
 */
final class ModelSignature {
    private static final String PAYLOAD = "application/vnd.in-toto+json";
    private static final String STATEMENT = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE = "https://model_signing/signature/v1.0";

    private final ModelSigners signers;
    private final KeylessSigners keyless;

    /** @param signers a folder of files {@code NAME.pem}, and those of {@link KeylessSigners} */
    ModelSignature(Path signers) {
        this.signers = new ModelSigners(signers);
        this.keyless = new KeylessSigners(signers);
    }

    /**
     * A verified signature.
     *
     * @param signer the name of the key that signed, or of the authority and the subject of its certificate, or the identity and its issuer
     * @param time when it was made, if that is proved
     */
    record Signed(String signer, Optional<Instant> time) {}

    /**
     * Checks a model's files against its signature: each must be listed in it, with this digest.
     *
     * @param bundle the signature
     * @param files SHA-256 by name
     * @throws PullException if the signature is invalid or by an unknown signer, or a file is not covered
     */
    Signed verify(byte[] bundle, Map<String, String> files) {
        JsonNode json = json(bundle);
        JsonNode envelope = json.path("dsseEnvelope");
        byte[] payload = base64(envelope.path("payload").asString(""));
        if (!envelope.path("payloadType").asString("").equals(PAYLOAD)) {
            throw new PullException("The signature is not of an in-toto statement.");
        }
        JsonNode material = json.path("verificationMaterial");
        Signed verified = KeylessSigners.areMeantBy(material)
                ? keyless(material, envelope.path("signatures"), payload)
                : new Signed(
                        signer(signers.of(material), envelope.path("signatures"), encoded(payload)), Optional.empty());
        Map<String, String> signed = signed(json(payload));
        files.forEach((name, sha256) -> {
            String expected = signed.get(name);
            if (expected == null) {
                throw new PullException("The signature does not cover the file '" + name + "'.");
            }
            if (!expected.equals(sha256)) {
                throw new PullException("The signature is for different content of the file '" + name + "'.");
            }
        });
        return verified;
    }

    private Signed keyless(JsonNode material, JsonNode signatures, byte[] payload) {
        if (signatures.size() != 1) {
            throw new PullException("The signature must be one, not " + signatures.size() + ".");
        }
        byte[] signature = base64(signatures.path(0).path("sig").asString(""));
        byte[] message = encoded(payload);
        var found = keyless.verified(material, new KeylessSigners.Envelope(payload, message, signature));
        if (!signed(found.certificate().key(), message, signature)) {
            throw new PullException("The signature is not by the key of its certificate.");
        }
        return new Signed(found.name(), Optional.of(found.time()));
    }

    private static String signer(List<Signer> known, JsonNode signatures, byte[] message) {
        for (JsonNode signature : signatures) {
            byte[] bytes = base64(signature.path("sig").asString(""));
            for (Signer one : known) {
                if (signed(one.key(), message, bytes)) {
                    return one.name();
                }
            }
        }
        throw new PullException("The signature is not by a known signer.");
    }

    private static boolean signed(ECPublicKey key, byte[] message, byte[] signature) {
        int bits = key.getParams().getCurve().getField().getFieldSize();
        String algorithm = switch (bits) {
            case 256 -> "SHA256withECDSA";
            case 384 -> "SHA384withECDSA";
            default -> "SHA512withECDSA";
        };
        return TrustedRoot.isSigned(key, algorithm, message, signature);
    }

    /** The signed bytes: the payload with its type and the lengths of both (DSSE's PAE). */
    static byte[] encoded(byte[] payload) {
        byte[] head = ("DSSEv1 " + PAYLOAD.length() + " " + PAYLOAD + " " + payload.length + " ")
                .getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[head.length + payload.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }

    /** The files listed by a statement; its subject's digest covers their digests. */
    private static Map<String, String> signed(JsonNode statement) {
        if (!statement.path("_type").asString("").equals(STATEMENT)
                || !statement.path("predicateType").asString("").equals(PREDICATE)) {
            throw new PullException("The signature is not in the form of OpenSSF Model Signing 1.0.");
        }
        JsonNode predicate = statement.path("predicate");
        if (!predicate.path("serialization").path("method").asString("").equals("files")) {
            throw new PullException("The signature covers parts of files; only whole files can be compared.");
        }
        Map<String, String> signed = new HashMap<>();
        var digests = new ByteArrayOutputStream();
        for (JsonNode resource : predicate.path("resources")) {
            String digest = resource.path("digest").asString("");
            if (!resource.path("algorithm").asString("").equals("sha256") || !digest.matches("[0-9a-f]{64}")) {
                throw new PullException("The signature names a file by a digest that is not a SHA-256.");
            }
            digests.writeBytes(HexFormat.of().parseHex(digest));
            signed.put(resource.path("name").asString(""), digest);
        }
        var running = new Digest.Running(Digest.Kind.SHA256, 0);
        running.update(digests.toByteArray(), digests.size());
        JsonNode subject = statement.path("subject");
        if (subject.size() != 1
                || !running.end()
                        .sha256()
                        .equals(subject.path(0).path("digest").path("sha256").asString(""))) {
            throw new PullException("The signature contradicts itself: its subject does not match its files.");
        }
        return signed;
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new PullException("The signature is not a Sigstore bundle.", e);
        }
    }

    private static JsonNode json(byte[] text) {
        try {
            return PulledJson.read(text);
        } catch (JacksonException e) {
            throw new PullException("The signature is not a Sigstore bundle.", e);
        }
    }
}
