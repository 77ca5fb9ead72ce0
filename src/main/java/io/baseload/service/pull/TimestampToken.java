package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Authority;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * The statement of a timestamp authority that it has seen a signature at some time (RFC 3161).
 *
 * <p>It is signed in two steps (CMS, RFC 5652): the authority signs a list of attributes, one of which is the digest of the statement, and the statement has the digest of what was
 * seen. The certificates that come with it are ignored: the trusted root has the authority's.
 *
 * @param statement what was signed in the end, in DER
 * @param attributes what was signed at first, in DER
 * @param algorithm of the authority's signature
 */
record TimestampToken(
        String hash, byte[] seen, Instant time, byte[] statement, Der attributes, String algorithm, byte[] signature) {
    private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
    private static final String STATEMENT = "1.2.840.113549.1.9.16.1.4";
    private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
    private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

    private static final int TAGGED = 0xA0;
    private static final int MAX_BYTES = 1 << 16;
    private static final int GRANTED = 1; // the status: granted, perhaps with changes
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

    /** @throws IllegalArgumentException if it is not an authority's positive answer of this form */
    static TimestampToken of(byte[] answer) {
        if (answer.length > MAX_BYTES) {
            throw new IllegalArgumentException("a timestamp of " + answer.length + " bytes");
        }
        Der all = Der.of(answer);
        byte[] status = all.child(Der.SEQUENCE, 0).child(Der.SEQUENCE, 0).content(Der.INTEGER);
        if (status.length != 1 || status[0] < 0 || status[0] > GRANTED) {
            throw new IllegalArgumentException("a timestamp that was not granted");
        }
        Der data = part(all.child(Der.SEQUENCE, 1), SIGNED_DATA);
        Der content = part(data.child(Der.SEQUENCE, 2), STATEMENT);
        List<Der> signers = data.children(Der.SEQUENCE).getLast().children(Der.SET);
        if (signers.size() != 1) {
            throw new IllegalArgumentException("a timestamp by several signers");
        }
        return of(content.content(Der.OCTETS), signers.getFirst());
    }

    /** What follows the type in a pair of both. */
    private static Der part(Der pair, String type) {
        if (!pair.child(Der.SEQUENCE, 0).oid().equals(type)) {
            throw new IllegalArgumentException("no timestamp");
        }
        return pair.child(Der.SEQUENCE, 1).child(TAGGED, 0);
    }

    private static TimestampToken of(byte[] statement, Der signer) {
        Der imprint = Der.of(statement).child(Der.SEQUENCE, 2);
        String digest = digest(signer.child(Der.SEQUENCE, 2));
        byte[] attributes = signer.child(Der.SEQUENCE, 3).content(TAGGED);
        var token = new TimestampToken(
                digest(imprint.child(Der.SEQUENCE, 0)),
                imprint.child(Der.SEQUENCE, 1).content(Der.OCTETS),
                time(Der.of(statement).child(Der.SEQUENCE, 4)),
                statement,
                Der.of(Der.SET, attributes), // with the tag that it has outside
                algorithm(signer.child(Der.SEQUENCE, 4), digest),
                signer.child(Der.SEQUENCE, 5).content(Der.OCTETS));
        if (!token.attribute(CONTENT_TYPE).oid().equals(STATEMENT)
                || !MessageDigest.isEqual(
                        token.attribute(MESSAGE_DIGEST).content(Der.OCTETS),
                        Digest.digest(digest).digest(statement))) {
            throw new IllegalArgumentException("a timestamp whose signature is for something else");
        }
        return token;
    }

    private Der attribute(String type) {
        List<Der> found = attributes.children(Der.SET).stream()
                .filter(one -> one.child(Der.SEQUENCE, 0).oid().equals(type))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException("a timestamp without the attribute " + type);
        }
        return found.getFirst().child(Der.SEQUENCE, 1).child(Der.SET, 0);
    }

    private static String digest(Der algorithm) {
        String name = algorithm.child(Der.SEQUENCE, 0).oid();
        return switch (name) {
            case "2.16.840.1.101.3.4.2.1" -> "SHA-256";
            case "2.16.840.1.101.3.4.2.2" -> "SHA-384";
            case "2.16.840.1.101.3.4.2.3" -> "SHA-512";
            default -> throw new IllegalArgumentException("a timestamp with a digest of the kind " + name);
        };
    }

    private static String algorithm(Der algorithm, String digest) {
        String name = algorithm.child(Der.SEQUENCE, 0).oid();
        return switch (name) {
            case "1.2.840.10045.4.3.2" -> "SHA256withECDSA";
            case "1.2.840.10045.4.3.3" -> "SHA384withECDSA";
            case "1.2.840.10045.4.3.4" -> "SHA512withECDSA";
            case "1.2.840.113549.1.1.1" -> digest.replace("-", "") + "withRSA";
            case "1.2.840.113549.1.1.11" -> "SHA256withRSA";
            case "1.2.840.113549.1.1.12" -> "SHA384withRSA";
            case "1.2.840.113549.1.1.13" -> "SHA512withRSA";
            default -> throw new IllegalArgumentException("a timestamp with a signature of the kind " + name);
        };
    }

    /** Always UTC, {@code 20260603192326Z}, perhaps with a fraction of a second. */
    private static Instant time(Der time) {
        String text = new String(time.content(Der.TIME), StandardCharsets.US_ASCII);
        if (!text.matches("\\d{14}(\\.\\d+)?Z")) {
            throw new IllegalArgumentException("a timestamp with the time " + text);
        }
        try {
            return LocalDateTime.parse(text.substring(0, 14), TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a timestamp with the time " + text, e);
        }
    }

    /** Whether one of the authorities has seen this. */
    boolean isBy(List<Authority> authorities, byte[] what) {
        return MessageDigest.isEqual(seen, Digest.digest(hash).digest(what))
                && authorities.stream().anyMatch(this::isBy);
    }

    private boolean isBy(Authority authority) {
        return authority.validity().contains(time)
                && TrustedRoot.isSigned(
                        authority.chain().getFirst().getPublicKey(), algorithm, attributes.encoded(), signature)
                && isValid(authority.chain());
    }

    /** At the time of the timestamp. */
    private boolean isValid(List<X509Certificate> chain) {
        try {
            Date then = Date.from(time);
            X509Certificate trusted = chain.getLast();
            trusted.checkValidity(then);
            chain.getFirst().checkValidity(then);
            List<String> uses = chain.getFirst().getExtendedKeyUsage();
            if (uses == null || !uses.contains(TIME_STAMPING)) {
                return false;
            }
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(trusted, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(then);
            if (chain.size() > 1) {
                var path = CertificateFactory.getInstance("X.509").generateCertPath(chain.subList(0, chain.size() - 1));
                var unused = CertPathValidator.getInstance("PKIX").validate(path, parameters);
            }
            return true;
        } catch (GeneralSecurityException e) {
            return false; // expired, or none that the next one has given
        }
    }
}
