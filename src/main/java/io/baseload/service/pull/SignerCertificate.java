package io.baseload.service.pull;

import io.baseload.service.pull.ModelSigners.Authority;
import io.baseload.service.pull.ModelSigners.Signer;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The certificate with which a bundle was signed, if it is not one of Sigstore's. It must be valid when the signature is verified, because nothing trustworthy in the bundle says
 * when it was made. Certificates that are revoked can't be recognized.
 */
final class SignerCertificate {
    private static final int DIGITAL_SIGNATURE = 0; // its bit in the key usage
    private static final int MAX_CHAIN = 8;

    private SignerCertificate() {}

    /**
     * The certificates in a bundle, the signer's first; empty if it was signed with a key alone.
     *
     * @throws PullException if they can't be read
     */
    static List<X509Certificate> chain(JsonNode material) {
        List<JsonNode> given = new ArrayList<>();
        if (material.has("certificate")) {
            given.add(material.path("certificate"));
        }
        if (material.has("x509CertificateChain")) {
            material.path("x509CertificateChain").path("certificates").forEach(given::add);
        }
        if (given.size() > MAX_CHAIN) {
            throw new PullException("The signature was made with a certificate whose chain has more than " + MAX_CHAIN
                    + " certificates.");
        }
        return given.stream().map(SignerCertificate::read).toList();
    }

    private static X509Certificate read(JsonNode certificate) {
        try {
            byte[] der = Base64.getDecoder().decode(certificate.path("rawBytes").asString(""));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new PullException("The signature was made with a certificate that can't be read.", e);
        }
    }

    /**
     * Its owner.
     *
     * @throws PullException if it is not valid now, is not for code signing, or no {@link CodeSigningPath} leads to one of the authorities
     */
    static Signer verified(List<X509Certificate> chain, List<Authority> authorities) {
        X509Certificate own = chain.getFirst();
        if (authorities.isEmpty()) {
            throw new PullException("The signature was made with a certificate, and no authority is known: none of the"
                    + " files NAME.pem is an authority's certificate.");
        }
        try {
            own.checkValidity();
        } catch (CertificateException e) {
            throw new PullException(
                    "The signature was made with a certificate that is valid only from "
                            + own.getNotBefore().toInstant() + " to "
                            + own.getNotAfter().toInstant() + ".",
                    e);
        }
        if (!isForCode(own)) {
            throw new PullException("The signature was made with a certificate that is not for code signing.");
        }
        if (!(own.getPublicKey() instanceof ECPublicKey key)) {
            throw new PullException("The signature was made with a certificate whose key has no elliptic curve.");
        }
        return new Signer(
                issuer(chain, authorities).name() + ": "
                        + own.getSubjectX500Principal().getName(),
                key);
    }

    /** An authority may give certificates to servers too, whose owners must not sign models. */
    static boolean isForCode(X509Certificate own) {
        boolean[] usage = own.getKeyUsage();
        try {
            List<String> extended = own.getExtendedKeyUsage();
            return (usage == null || usage[DIGITAL_SIGNATURE])
                    && extended != null
                    && extended.contains(CodeSigningPath.CODE_SIGNING);
        } catch (CertificateException e) {
            return false; // it can't be read
        }
    }

    /** The first authority to which the chain leads. */
    private static Authority issuer(List<X509Certificate> chain, List<Authority> authorities) {
        Set<String> reasons = new LinkedHashSet<>();
        for (Authority authority : authorities) {
            var path = new CodeSigningPath(authority.certificate(), Instant.now());
            if (path.exists(chain)) {
                return authority;
            }
            reasons.addAll(path.reasons());
        }
        throw new PullException(
                reasons.isEmpty()
                        ? "The signature was made with a certificate that no known authority has given."
                        : "The signature was made with a certificate whose chain is refused: "
                                + String.join(", ", reasons) + ".");
    }
}
