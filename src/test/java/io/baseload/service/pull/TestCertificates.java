package io.baseload.service.pull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes certificates with any extensions, which the JDK's tool can't. */
final class TestCertificates {
    static final Der SHA256 = seq(oid("2.16.840.1.101.3.4.2.1"));
    static final Der SHA256_WITH_ECDSA = seq(oid("1.2.840.10045.4.3.2"));

    static final Der DIGITAL_SIGNATURE = Der.of(0x03, new byte[] {7, (byte) 0x80}); // a key usage

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private TestCertificates() {}

    /** An authority or another owner of a certificate. */
    record Owner(KeyPair keys, X509Certificate certificate) {}

    static KeyPair keys(String curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    static byte[] sign(PrivateKey key, String algorithm, byte[] message) throws GeneralSecurityException {
        var signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(message);
        return signer.sign();
    }

    /** @param by absent: itself */
    static Owner authority(String name, Owner by, Instant from, Der... extensions) throws GeneralSecurityException {
        KeyPair keys = keys("secp256r1");
        List<Der> all = new ArrayList<>(List.of(extensions));
        all.add(extension("2.5.29.19", true, seq(Der.of(0x01, new byte[] {-1}))));
        all.add(extension("2.5.29.15", true, Der.of(0x03, new byte[] {1, 0x06})));
        return owner(
                name, keys, by == null ? new Owner(keys, null) : by, name(name), from, from.plusSeconds(864000), all);
    }

    static Owner owner(
            String serial, KeyPair keys, Owner by, Der subject, Instant from, Instant to, List<Der> extensions)
            throws GeneralSecurityException {
        byte[] content = content(serial, keys.getPublic(), by, subject, from, to, extensions);
        return new Owner(keys, certificate(content, by));
    }

    /** The signed part of a certificate. */
    static byte[] content(
            String serial, PublicKey key, Owner by, Der subject, Instant from, Instant to, List<Der> extensions) {
        List<Der> all = new ArrayList<>(extensions);
        all.add(extension("2.5.29.14", false, Der.of(Der.OCTETS, id(key))));
        all.add(extension("2.5.29.35", false, seq(Der.of(0x80, id(by.keys.getPublic())))));
        Der issuer = by.certificate == null
                ? subject
                : Der.of(by.certificate.getSubjectX500Principal().getEncoded());
        return seq(
                        Der.of(0xA0, number(2).encoded()),
                        Der.of(Der.INTEGER, serial.getBytes(StandardCharsets.US_ASCII)),
                        SHA256_WITH_ECDSA,
                        issuer,
                        seq(time(from), time(to)),
                        subject,
                        Der.of(key.getEncoded()),
                        Der.of(0xA3, seq(all.toArray(Der[]::new)).encoded()))
                .encoded();
    }

    static X509Certificate certificate(byte[] content, Owner by) throws GeneralSecurityException {
        byte[] signature = sign(by.keys.getPrivate(), "SHA256withECDSA", content);
        byte[] all = seq(Der.of(content), SHA256_WITH_ECDSA, Der.of(0x03, prefixed(signature)))
                .encoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(all));
    }

    private static byte[] id(PublicKey key) {
        return Arrays.copyOf(Digest.digest("SHA-256").digest(key.getEncoded()), 20);
    }

    private static byte[] prefixed(byte[] bits) {
        var all = new byte[bits.length + 1]; // no unused bits
        System.arraycopy(bits, 0, all, 1, bits.length);
        return all;
    }

    private static Der time(Instant time) {
        return text(0x17, UTC.format(time));
    }

    static Der name(String common) {
        return seq(Der.of(Der.SET, seq(oid("2.5.4.3"), text(Der.UTF8, common)).encoded()));
    }

    static Der extension(String oid, boolean critical, Der value) {
        Der octets = Der.of(Der.OCTETS, value.encoded());
        return critical ? seq(oid(oid), Der.of(0x01, new byte[] {-1}), octets) : seq(oid(oid), octets);
    }

    static Der uses(boolean critical, String use) {
        return extension("2.5.29.37", critical, seq(oid(use)));
    }

    static Der text(int tag, String text) {
        return Der.of(tag, text.getBytes(StandardCharsets.UTF_8));
    }

    static Der number(long number) {
        return Der.of(Der.INTEGER, BigInteger.valueOf(number).toByteArray());
    }

    static Der seq(Der... parts) {
        return all(Der.SEQUENCE, List.of(parts));
    }

    static Der all(int tag, List<Der> parts) {
        var all = new ByteArrayOutputStream();
        parts.forEach(part -> all.writeBytes(part.encoded()));
        return Der.of(tag, all.toByteArray());
    }

    static Der oid(String dotted) {
        long[] numbers =
                Arrays.stream(dotted.split("\\.")).mapToLong(Long::parseLong).toArray();
        var all = new ByteArrayOutputStream();
        put(numbers[0] * 40 + numbers[1], all);
        Arrays.stream(numbers).skip(2).forEach(number -> put(number, all));
        return Der.of(Der.OID, all.toByteArray());
    }

    private static void put(long number, ByteArrayOutputStream to) {
        int groups = Math.max(1, (63 - Long.numberOfLeadingZeros(number)) / 7 + 1);
        for (int i = groups - 1; i >= 0; i--) {
            to.write((int) (number >> 7 * i & 0x7F) | (i > 0 ? 0x80 : 0));
        }
    }
}
