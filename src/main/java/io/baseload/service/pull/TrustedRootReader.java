package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Authority;
import io.baseload.service.pull.TrustedRoot.Log;
import io.baseload.service.pull.TrustedRoot.LogKey;
import io.baseload.service.pull.TrustedRoot.Validity;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Optional;

/** Reads Sigstore's message {@code TrustedRoot} in JSON. Further fields are ignored, and so are logs with keys of kinds that are unknown here: nothing is accepted by their means. */
final class TrustedRootReader {
    private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot";
    private static final int NOTE_ID_BYTES = 4;

    private TrustedRootReader() {}

    /** @throws PullException if it has another form */
    static TrustedRoot read(Path file) {
        TrustedFile root = TrustedFile.read(file);
        if (!root.value().path("mediaType").asString("").startsWith(MEDIA_TYPE)) {
            throw root.expected("a trusted root of Sigstore, with the mediaType " + MEDIA_TYPE + "+json;version=0.1");
        }
        return new TrustedRoot(
                authorities(root.field("certificateAuthorities"), true),
                logs(root.field("ctlogs")),
                logs(root.field("tlogs")),
                root.optional("timestampAuthorities")
                        .filter(some -> !some.value().isEmpty())
                        .map(some -> authorities(some, false))
                        .orElse(List.of()));
    }

    /** @param certify whether each certificate in a chain must be one with which others are given */
    private static List<Authority> authorities(TrustedFile list, boolean certify) {
        return list.list("authorities").stream()
                .map(one -> new Authority(
                        one.field("certChain").field("certificates").list("certificates").stream()
                                .map(each -> certificate(each.field("rawBytes"), certify))
                                .toList(),
                        validity(one.field("validFor"))))
                .toList();
    }

    private static X509Certificate certificate(TrustedFile raw, boolean certifies) {
        try {
            var read = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(raw.base64()));
            if (!certifies || read.getBasicConstraints() >= 0) {
                return read;
            }
        } catch (CertificateException e) {
            // refused below
        }
        throw raw.expected(certifies ? "a certificate of an authority" : "a certificate");
    }

    private static List<Log> logs(TrustedFile list) {
        return list.list("logs").stream().flatMap(one -> log(one).stream()).toList();
    }

    private static Optional<Log> log(TrustedFile one) {
        TrustedFile key = one.field("publicKey");
        TrustedFile id = one.field("logId").field("keyId");
        byte[] note = one.optional("checkpointKeyId")
                .map(named -> named.field("keyId").base64())
                .orElseGet(id::base64);
        if (note.length < NOTE_ID_BYTES) {
            throw id.expected("at least " + NOTE_ID_BYTES + " bytes");
        }
        Validity validity = validity(key.field("validFor"));
        return key(key).map(found -> new Log(id.base64(), note, found, validity));
    }

    private static Optional<LogKey> key(TrustedFile key) {
        String details = key.field("keyDetails").text();
        return switch (details) {
            case "PKIX_ECDSA_P256_SHA_256" -> Optional.of(key(key, "EC", "SHA256withECDSA"));
            case "PKIX_ECDSA_P384_SHA_384" -> Optional.of(key(key, "EC", "SHA384withECDSA"));
            case "PKIX_ECDSA_P521_SHA_512" -> Optional.of(key(key, "EC", "SHA512withECDSA"));
            case "PKIX_ED25519" -> Optional.of(key(key, "Ed25519", "Ed25519"));
            case "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PKCS1V15_3072_SHA256", "PKIX_RSA_PKCS1V15_4096_SHA256" ->
                Optional.of(key(key, "RSA", "SHA256withRSA"));
            default -> Optional.empty();
        };
    }

    private static LogKey key(TrustedFile key, String kind, String algorithm) {
        TrustedFile raw = key.field("rawBytes");
        try {
            PublicKey read = KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(raw.base64()));
            return new LogKey(read, algorithm);
        } catch (GeneralSecurityException e) {
            throw raw.expected("a public key as keyDetails says");
        }
    }

    private static Validity validity(TrustedFile period) {
        return new Validity(period.field("start").time(), period.optional("end").map(TrustedFile::time));
    }
}
