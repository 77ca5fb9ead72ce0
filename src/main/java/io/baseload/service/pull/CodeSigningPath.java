package io.baseload.service.pull;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A path of certificates from a signer to an authority. The JDK checks signatures, validity, and what each issuer on the way may do, but it lets an issuer that is meant for other
 * uses certify a signer, and accepts SHA-1. Both are refused here: a certificate that names its extended uses must name code signing, or any, and none on the way may be signed by
 * means of SHA-1 or MD5. The authority's own signature proves nothing, so its algorithm doesn't matter.
 *
 * <p>The JDK takes an authority as a name and a key, and checks neither its validity nor its path length. So these are checked here too: an authority whose own certificate has
 * expired is none. Name constraints that it has are not applied, only those of certificates on the way.
 */
final class CodeSigningPath {
    static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    private static final String ANY = "2.5.29.37.0";

    /** Intermediate certificates, as by default in the JDK. */
    private static final int MAX_LENGTH = 5;

    private final X509Certificate authority;
    private final Date time;
    private final List<String> reasons = new ArrayList<>();

    /** @param time at which all certificates must be valid */
    CodeSigningPath(X509Certificate authority, Instant time) {
        this.authority = authority;
        this.time = Date.from(time);
    }

    /**
     * Whether there is one.
     *
     * @param chain the signer's certificate, and others in any order
     */
    boolean exists(List<X509Certificate> chain) {
        try {
            var wanted = new X509CertSelector();
            wanted.setCertificate(chain.getFirst());
            var parameters = new PKIXBuilderParameters(Set.of(new TrustAnchor(authority, null)), wanted);
            parameters.setRevocationEnabled(false);
            parameters.setDate(time);
            parameters.setMaxPathLength(Math.min(MAX_LENGTH, authority.getBasicConstraints()));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            parameters.addCertPathChecker(new Uses(reasons));
            var unused = CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (CertPathBuilderException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no PKIX", e);
        }
        String reason = reason();
        if (reason != null) {
            reasons.add(reason);
        }
        return reason == null;
    }

    /** Why paths that would lead to the authority are refused. */
    List<String> reasons() {
        return reasons;
    }

    private @Nullable String reason() {
        try {
            authority.checkValidity(time);
        } catch (CertificateException e) {
            return name(authority) + " is valid only from "
                    + authority.getNotBefore().toInstant() + " to "
                    + authority.getNotAfter().toInstant();
        }
        return isForCode(authority) ? null : isForOthers(authority);
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private static String isForOthers(X509Certificate certificate) {
        return name(certificate) + " is not for code signing";
    }

    private static boolean isForCode(X509Certificate certificate) {
        try {
            List<String> uses = certificate.getExtendedKeyUsage();
            return uses == null || uses.contains(CODE_SIGNING) || uses.contains(ANY);
        } catch (CertificateException e) {
            return false; // they can't be read
        }
    }

    /** Whether its signature is by means of SHA-1 or MD5. */
    private static boolean isWeak(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        String digest = algorithm.equals("RSASSA-PSS") ? pssDigest(certificate) : algorithm;
        return Stream.of("SHA1", "SHA-1", "MD").anyMatch(digest::startsWith);
    }

    private static String pssDigest(X509Certificate certificate) {
        try {
            var parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(Objects.requireNonNullElse(certificate.getSigAlgParams(), new byte[0]));
            return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
        } catch (GeneralSecurityException | IOException e) {
            return "SHA-1"; // it is the default
        }
    }

    /** Checks complete paths. */
    private static final class Uses extends PKIXCertPathChecker {
        private final List<String> reasons; // the JDK copies this object

        Uses(List<String> reasons) {
            this.reasons = reasons;
        }

        @Override
        public void init(boolean forward) {
            // it knows nothing of other certificates
        }

        @Override
        public boolean isForwardCheckingSupported() {
            return false;
        }

        @Override
        public Set<String> getSupportedExtensions() {
            return Set.of();
        }

        @Override
        public void check(Certificate certificate, Collection<String> unresolved) throws CertPathValidatorException {
            var one = (X509Certificate) certificate;
            if (!isForCode(one)) {
                refuse(isForOthers(one));
            }
            if (isWeak(one)) {
                refuse(name(one) + " is signed with " + one.getSigAlgName());
            }
        }

        private void refuse(String reason) throws CertPathValidatorException {
            reasons.add(reason);
            throw new CertPathValidatorException(reason);
        }
    }
}
