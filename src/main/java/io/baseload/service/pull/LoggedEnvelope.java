package io.baseload.service.pull;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The signature that an entry of a log records. Entries have several forms: {@code dsse} and {@code intoto} in logs of the first version, {@code dsse} and later {@code hashedrekord}
 * in those of the second.
 *
 * @param digest of what was signed
 * @param ofMessage whether that is the message as it was signed, or only its payload
 * @param algorithm of the digest
 * @param certificate in DER
 */
record LoggedEnvelope(byte[] digest, boolean ofMessage, String algorithm, byte[] signature, byte[] certificate) {
    /** @throws IllegalArgumentException if it has another form */
    static LoggedEnvelope of(byte[] entry) {
        JsonNode json;
        try {
            json = PulledJson.read(entry);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
        JsonNode spec = json.path("spec");
        String kind =
                json.path("kind").asString("") + " " + json.path("apiVersion").asString("");
        return switch (kind) {
            case "dsse 0.0.1" -> first(spec, only(spec.path("signatures")));
            case "intoto 0.0.2" -> intoto(spec.path("content"));
            case "dsse 0.0.2" -> {
                JsonNode dsse = spec.path("dsseV002");
                yield second(dsse.path("payloadHash"), false, only(dsse.path("signatures")));
            }
            case "hashedrekord 0.0.2" -> {
                JsonNode record = spec.path("hashedRekordV002");
                yield second(record.path("data"), true, record.path("signature"));
            }
            default -> throw new IllegalArgumentException("an entry of the kind " + kind);
        };
    }

    private static LoggedEnvelope first(JsonNode spec, JsonNode signature) {
        return new LoggedEnvelope(
                hex(spec.path("payloadHash")),
                false,
                algorithm(spec.path("payloadHash")),
                base64(signature.path("signature")),
                pem(base64(signature.path("verifier"))));
    }

    private static LoggedEnvelope intoto(JsonNode content) {
        JsonNode signature = only(content.path("envelope").path("signatures"));
        return new LoggedEnvelope(
                hex(content.path("payloadHash")),
                false,
                algorithm(content.path("payloadHash")),
                Base64.getDecoder().decode(base64(signature.path("sig"))), // encoded twice
                pem(base64(signature.path("publicKey"))));
    }

    private static LoggedEnvelope second(JsonNode hash, boolean ofMessage, JsonNode signature) {
        return new LoggedEnvelope(
                base64(hash.path("digest")),
                ofMessage,
                algorithm(hash),
                base64(signature.path("content")),
                base64(signature.path("verifier").path("x509Certificate").path("rawBytes")));
    }

    private static JsonNode only(JsonNode list) {
        if (list.size() != 1) {
            throw new IllegalArgumentException("an entry with " + list.size() + " signatures");
        }
        return list.path(0);
    }

    private static String algorithm(JsonNode hash) {
        String name = hash.path("algorithm").asString("");
        return switch (name) {
            case "sha256", "SHA2_256" -> "SHA-256";
            case "sha384", "SHA2_384" -> "SHA-384";
            case "sha512", "SHA2_512" -> "SHA-512";
            default -> throw new IllegalArgumentException("an entry with a digest of the kind " + name);
        };
    }

    private static byte[] hex(JsonNode hash) {
        return HexFormat.of().parseHex(hash.path("value").asString(""));
    }

    private static byte[] base64(JsonNode text) {
        return Base64.getDecoder().decode(text.asString(""));
    }

    private static byte[] pem(byte[] text) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(text))
                    .getEncoded();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("an entry without a certificate", e);
        }
    }
}
