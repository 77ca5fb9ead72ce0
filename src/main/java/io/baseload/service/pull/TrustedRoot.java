package io.baseload.service.pull;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The keys of a Sigstore instance, as its {@code trusted_root.json} states them. Services change their keys from time to time, so each has a validity, and old keys stay.
 *
 * @param authorities those that certify signers (Fulcio)
 * @param certificateLogs the logs of their certificates
 * @param logs the logs of signatures (Rekor)
 * @param timestampAuthorities may be none
 */
record TrustedRoot(
        List<Authority> authorities, List<Log> certificateLogs, List<Log> logs, List<Authority> timestampAuthorities) {
    /** A stretch of time, with both ends. */
    record Validity(Instant start, Optional<Instant> end) {
        boolean contains(Instant time) {
            return !time.isBefore(start) && end.map(last -> !time.isAfter(last)).orElse(true);
        }
    }

    /** @param chain each certificate is by the next one; the last one is trusted */
    record Authority(List<X509Certificate> chain, Validity validity) {}

    /**
     * @param id as entries and certificates name the log
     * @param note its id in its checkpoints, at least four bytes
     */
    record Log(byte[] id, byte[] note, LogKey key, Validity validity) {
        boolean isNamed(byte[] name) {
            return Arrays.equals(id, name);
        }
    }

    /** @param algorithm of its signatures */
    record LogKey(PublicKey key, String algorithm) {
        boolean hasSigned(byte[] message, byte[] signature) {
            return isSigned(key, algorithm, message, signature);
        }
    }

    static boolean isSigned(PublicKey key, String algorithm, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // bytes that are no signature of this kind of key
        }
    }
}
