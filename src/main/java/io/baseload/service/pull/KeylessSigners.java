package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Log;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Signatures without a long-lived key, by Sigstore. A signer makes a key for one signature, and shows to an authority (Fulcio), by means of OpenID Connect, who they are. The
 * authority certifies the key for some minutes, and records the certificate in a log. The signer signs, has the signature recorded in another log (Rekor), and forgets the key. Later
 * the question is whether the signature was made within these minutes, since afterwards nobody watches over the key. So a signature is accepted if all of this is true:
 *
 * <ul>
 *   <li>The time of the signature is proved: the log of signatures says so itself (its first version), or a timestamp authority does (with its second version). Every such proof in the
 *       bundle must hold.
 *   <li>At that time the certificate was valid, and it is by an authority that was valid, too. A log of certificates promises to have it.
 *   <li>The log has an entry for this signature, of this message, with this certificate: a path of hashes leads to a checkpoint that the log has signed.
 *   <li>The operator allows the identity, together with the issuer who authenticated it.
 * </ul>
 *
 * <p>The keys of authorities and logs are in the file {@value #ROOT} in the folder of signers, which the operator puts there and renews; identities are in {@value #IDENTITIES}.
 * Nothing is downloaded. The formats are read here: Sigstore's library for Java would bring 18 MB for the sake of this, would add a provider of cryptography to the whole process, and
 * each of its versions verifies only some of the kinds of entries that signers make.
 */
final class KeylessSigners {
    static final String ROOT = "trusted_root.json";
    static final String IDENTITIES = "identities.json";

    private static final int MAX_TIMESTAMPS = 32;

    private final Path folder;

    KeylessSigners(Path folder) {
        this.folder = folder;
    }

    /** A signature as a bundle has it. */
    record Envelope(byte[] payload, byte[] message, byte[] signature) {}

    /** A signer whose signature was made then. */
    record Found(FulcioCertificate certificate, Instant time) {
        String name() {
            return certificate.identity() + " (" + certificate.issuer() + ")";
        }
    }

    /** Whether a bundle has a signature of this kind: with a certificate, and an entry of a log. */
    static boolean areMeantBy(JsonNode material) {
        return !material.path("tlogEntries").isEmpty()
                && (material.has("certificate")
                        || !material.path("x509CertificateChain")
                                .path("certificates")
                                .isEmpty());
    }

    /**
     * Who made a signature, except for the signature itself.
     *
     * @param material the bundle's {@code verificationMaterial}
     * @throws PullException if anything of it can't be verified, or the signer is not allowed
     */
    Found verified(JsonNode material, Envelope envelope) {
        TrustedRoot root = TrustedRootReader.read(file(ROOT));
        List<AllowedIdentity> allowed = AllowedIdentity.read(file(IDENTITIES));
        var certificate = FulcioCertificate.of(SignerCertificate.chain(material).getFirst());
        LogEntry entry = entry(material.path("tlogEntries"), envelope, certificate.certificate());
        Log log = entry.verify(root.logs());
        Instant time = time(entry.time(log), timestamps(material, root, envelope), certificate.certificate());
        if (!log.validity().contains(time)) {
            throw new PullException("The signature is of " + time + ", when the log was not valid that recorded it.");
        }
        certificate.verify(root, time);
        if (allowed.stream().noneMatch(one -> one.matches(certificate))) {
            throw new PullException("The signature is by " + certificate.identity() + ", as authenticated by "
                    + certificate.issuer() + ", who is not in " + IDENTITIES + ".");
        }
        return new Found(certificate, time);
    }

    private Path file(String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new PullException(
                    "The signature was made without a long-lived key, by means of Sigstore, and the folder "
                            + folder.getFileName() + " has no file " + name + ".");
        }
        return file;
    }

    private static LogEntry entry(JsonNode entries, Envelope envelope, X509Certificate certificate) {
        if (entries.size() != 1) {
            throw new PullException("The signature has entries of " + entries.size() + " logs; there must be one.");
        }
        try {
            LogEntry entry = LogEntry.of(entries.path(0));
            var logged = LoggedEnvelope.of(entry.body());
            byte[] digest =
                    Digest.digest(logged.algorithm()).digest(logged.ofMessage() ? envelope.message : envelope.payload);
            if (!MessageDigest.isEqual(logged.digest(), digest)
                    || !MessageDigest.isEqual(logged.signature(), envelope.signature)
                    || !MessageDigest.isEqual(logged.certificate(), certificate.getEncoded())) {
                throw new PullException("The signature comes with a log's entry for another signature.");
            }
            return entry;
        } catch (IllegalArgumentException | CertificateEncodingException e) {
            throw new PullException(
                    "The signature comes with a log's entry that can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static List<Instant> timestamps(JsonNode material, TrustedRoot root, Envelope envelope) {
        JsonNode all = material.path("timestampVerificationData").path("rfc3161Timestamps");
        if (all.size() > MAX_TIMESTAMPS) {
            throw new PullException("The signature has more than " + MAX_TIMESTAMPS + " timestamps.");
        }
        var times = new ArrayList<Instant>();
        for (JsonNode one : all) {
            TimestampToken token;
            try {
                token = TimestampToken.of(
                        Base64.getDecoder().decode(one.path("signedTimestamp").asString("")));
            } catch (IllegalArgumentException e) {
                throw new PullException("The signature comes with a timestamp that can't be read.", e);
            }
            if (!token.isBy(root.timestampAuthorities(), envelope.signature)) {
                throw new PullException("The signature comes with a timestamp that is for another one, or not by one of"
                        + " the timestampAuthorities of trusted_root.json.");
            }
            times.add(token.time());
        }
        return times;
    }

    /** The first proved time; the certificate must have been valid at each. */
    private static Instant time(Optional<Instant> ofLog, List<Instant> ofAuthorities, X509Certificate certificate) {
        var times = new ArrayList<>(ofAuthorities);
        ofLog.ifPresent(times::addFirst);
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        for (Instant time : times) {
            if (time.isBefore(from) || time.isAfter(to)) {
                throw new PullException(
                        "The signature is of " + time + ", and was made with a certificate that was valid"
                                + " only from " + from + " to " + to + ".");
            }
        }
        return times.stream()
                .findFirst()
                .orElseThrow(() -> new PullException("The signature comes with no proof of its time: neither its log"
                        + " nor a timestamp authority has signed one."));
    }
}
