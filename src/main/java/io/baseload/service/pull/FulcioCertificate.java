package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Authority;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A certificate of Sigstore's authority (Fulcio): somebody who was authenticated as {@code identity} by {@code issuer} had the key at that moment. It is valid for minutes, so the key
 * needs no care afterwards.
 *
 * @param identity an e-mail address, or a URI, which is how workflows are named
 */
record FulcioCertificate(X509Certificate certificate, ECPublicKey key, String identity, String issuer) {
    private static final String ISSUER = "1.3.6.1.4.1.57264.1.8";
    private static final String OLD_ISSUER = "1.3.6.1.4.1.57264.1.1"; // a text that is not in DER

    private static final int EMAIL = 1; // kinds of alternative names
    private static final int URI = 6;

    /** @throws PullException if it is not one */
    static FulcioCertificate of(X509Certificate certificate) {
        if (!SignerCertificate.isForCode(certificate)) {
            throw new PullException("The signature was made with a certificate that is not for code signing.");
        }
        if (!(certificate.getPublicKey() instanceof ECPublicKey key)) {
            throw new PullException("The signature was made with a certificate whose key has no elliptic curve.");
        }
        try {
            return new FulcioCertificate(certificate, key, identity(certificate), issuer(certificate));
        } catch (IllegalArgumentException | CertificateParsingException e) {
            throw new PullException(
                    "The signature was made with a certificate that does not name its owner as"
                            + " Sigstore's do: by one e-mail address or URI, and the issuer who authenticated them.",
                    e);
        }
    }

    private static String identity(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null || names.size() != 1) {
            throw new IllegalArgumentException("not one name");
        }
        List<?> only = names.iterator().next();
        if (only.getFirst() instanceof Integer kind
                && (kind == EMAIL || kind == URI)
                && only.get(1) instanceof String name) {
            return name;
        }
        throw new IllegalArgumentException("a name of another kind");
    }

    private static String issuer(X509Certificate certificate) {
        byte[] issuer = certificate.getExtensionValue(ISSUER);
        if (issuer != null) {
            return text(Der.of(Der.of(issuer).content(Der.OCTETS)).content(Der.UTF8));
        }
        byte[] old = certificate.getExtensionValue(OLD_ISSUER);
        if (old != null) {
            return text(Der.of(old).content(Der.OCTETS));
        }
        throw new IllegalArgumentException("no issuer");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * Checks that an authority of the trusted root has given it, and that a log has it.
     *
     * @param time at which it must have been valid
     * @throws PullException if not
     */
    void verify(TrustedRoot root, Instant time) {
        Authority authority = root.authorities().stream()
                .filter(one -> one.validity().contains(time))
                .filter(one -> isBy(one, time))
                .findFirst()
                .orElseThrow(() -> new PullException("The signature was made with a certificate that none of the"
                        + " certificateAuthorities of trusted_root.json has given."));
        if (!CertificateTimestamps.areBy(root.certificateLogs(), certificate, issuing(authority))) {
            throw new PullException("The signature was made with a certificate that none of the ctlogs of"
                    + " trusted_root.json has promised to record.");
        }
    }

    private boolean isBy(Authority authority, Instant time) {
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        chain.addAll(authority.chain().subList(0, authority.chain().size() - 1));
        return new CodeSigningPath(authority.chain().getLast(), time).exists(chain);
    }

    private X509Certificate issuing(Authority authority) {
        return authority.chain().stream().filter(this::isSignedBy).findFirst().orElseThrow();
    }

    private boolean isSignedBy(X509Certificate other) {
        try {
            certificate.verify(other.getPublicKey());
            return certificate.getIssuerX500Principal().equals(other.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
