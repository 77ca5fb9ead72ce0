package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Log;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The promises of certificate logs to record a certificate (signed certificate timestamps, RFC 6962), which are embedded in it. An authority that certifies an impostor can then be
 * found out, because a certificate without such a promise is not accepted.
 *
 * <p>A log signs the certificate before the promise is in it. So what it signed is the certificate's signed part without this extension, together with the issuer's key.
 */
final class CertificateTimestamps {
    private static final String EXTENSION = "1.3.6.1.4.1.11129.2.4.2";
    private static final int EXTENSIONS = 0xA3; // their tag in a certificate
    private static final int PRECERTIFICATE = 1;
    private static final int LOG_ID_BYTES = 32;

    private CertificateTimestamps() {}

    private record Promise(byte[] log, long time, byte[] extensions, byte[] signature) {}

    /** Whether one of the logs has promised to record a certificate. */
    static boolean areBy(List<Log> logs, X509Certificate certificate, X509Certificate issuer) {
        try {
            byte[] issuerKey =
                    Digest.digest("SHA-256").digest(issuer.getPublicKey().getEncoded());
            byte[] content = withoutTimestamps(certificate);
            return promises(certificate).stream().anyMatch(promise -> {
                byte[] signed = signed(promise, issuerKey, content);
                return logs.stream()
                        .anyMatch(log -> log.isNamed(promise.log)
                                && log.validity().contains(Instant.ofEpochMilli(promise.time))
                                && log.key().hasSigned(signed, promise.signature));
            });
        } catch (CertificateEncodingException | IllegalArgumentException | BufferUnderflowException e) {
            return false; // they can't be read
        }
    }

    private static List<Promise> promises(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(EXTENSION);
        if (extension == null) {
            return List.of();
        }
        var in = ByteBuffer.wrap(Der.of(Der.of(extension).content(Der.OCTETS)).content(Der.OCTETS));
        ByteBuffer list = ByteBuffer.wrap(bytes(in, in.getShort() & 0xFFFF));
        var all = new ArrayList<Promise>();
        while (list.hasRemaining()) {
            ByteBuffer one = ByteBuffer.wrap(bytes(list, list.getShort() & 0xFFFF));
            if (one.get() != 0) {
                continue; // of another version
            }
            byte[] log = bytes(one, LOG_ID_BYTES);
            long time = one.getLong();
            byte[] extensions = bytes(one, one.getShort() & 0xFFFF);
            one.getShort(); // the algorithm, which is that of the log's key
            all.add(new Promise(log, time, extensions, bytes(one, one.getShort() & 0xFFFF)));
        }
        return all;
    }

    private static byte[] bytes(ByteBuffer from, int count) {
        if (count > from.remaining()) {
            throw new BufferUnderflowException();
        }
        var bytes = new byte[count];
        from.get(bytes);
        return bytes;
    }

    /** RFC 6962, section 3.2. */
    private static byte[] signed(Promise promise, byte[] issuerKey, byte[] content) {
        return ByteBuffer.allocate(
                        1 + 1 + 8 + 2 + issuerKey.length + 3 + content.length + 2 + promise.extensions.length)
                .put((byte) 0) // version 1
                .put((byte) 0) // a promise
                .putLong(promise.time)
                .putShort((short) PRECERTIFICATE)
                .put(issuerKey)
                .put((byte) (content.length >> 16))
                .putShort((short) content.length)
                .put(content)
                .putShort((short) promise.extensions.length)
                .put(promise.extensions)
                .array();
    }

    private static byte[] withoutTimestamps(X509Certificate certificate) throws CertificateEncodingException {
        var parts = new ByteArrayOutputStream();
        for (Der part : Der.of(certificate.getTBSCertificate()).children(Der.SEQUENCE)) {
            parts.writeBytes((part.tag() == EXTENSIONS ? withoutTimestamps(part) : part).encoded());
        }
        return Der.of(Der.SEQUENCE, parts.toByteArray()).encoded();
    }

    private static Der withoutTimestamps(Der extensions) {
        var others = new ByteArrayOutputStream();
        for (Der one : extensions.child(EXTENSIONS, 0).children(Der.SEQUENCE)) {
            if (!one.child(Der.SEQUENCE, 0).oid().equals(EXTENSION)) {
                others.writeBytes(one.encoded());
            }
        }
        return Der.of(EXTENSIONS, Der.of(Der.SEQUENCE, others.toByteArray()).encoded());
    }
}
