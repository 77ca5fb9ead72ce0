package io.baseload.service.pull;

import static io.baseload.service.pull.TestCertificates.SHA256;
import static io.baseload.service.pull.TestCertificates.SHA256_WITH_ECDSA;
import static io.baseload.service.pull.TestCertificates.all;
import static io.baseload.service.pull.TestCertificates.extension;
import static io.baseload.service.pull.TestCertificates.name;
import static io.baseload.service.pull.TestCertificates.number;
import static io.baseload.service.pull.TestCertificates.oid;
import static io.baseload.service.pull.TestCertificates.seq;
import static io.baseload.service.pull.TestCertificates.sign;
import static io.baseload.service.pull.TestCertificates.text;
import static io.baseload.service.pull.TestCertificates.uses;

import io.baseload.service.pull.TestCertificates.Owner;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Sigstore instance of its own: an authority for signers with an intermediate one, a log of their certificates, a log of signatures of the first version and one of the second,
 * and a timestamp authority. It signs models, in ways that can be wrong.
 */
final class TestSigstore {
    static final String IDENTITY = "release@example.com";
    static final String ISSUER = "https://accounts.example.com";

    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    private static final String STATEMENT = "1.2.840.113549.1.9.16.1.4";

    /** The oldest time at which anything here is valid. */
    final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(5, ChronoUnit.DAYS);

    private final Owner root = TestCertificates.authority("root", null, start);
    private final Owner authority = TestCertificates.authority("authority", root, start, uses(false, CODE_SIGNING));
    private final Owner timeRoot = TestCertificates.authority("time-root", null, start);
    private final Owner time = TestCertificates.owner(
            "time",
            TestCertificates.keys("secp256r1"),
            timeRoot,
            name("time"),
            start,
            start.plus(9, ChronoUnit.DAYS),
            List.of(uses(true, TIME_STAMPING), extension("2.5.29.15", true, TestCertificates.DIGITAL_SIGNATURE)));
    private final KeyPair certificateLog = TestCertificates.keys("secp256r1");
    private final KeyPair log = TestCertificates.keys("secp256r1");
    private final KeyPair secondLog = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

    TestSigstore() throws GeneralSecurityException {}

    /** Which form the log's entry has. */
    enum Kind {
        DSSE_1,
        INTOTO,
        DSSE_2,
        HASHED;

        boolean isOfSecond() {
            return this == DSSE_2 || this == HASHED;
        }
    }

    String trustedRoot() {
        return trustedRoot(this, this, this, this);
    }

    /** Of parts of several instances. */
    static String trustedRoot(
            TestSigstore authorities, TestSigstore certificateLogs, TestSigstore logs, TestSigstore times) {
        return """
            {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
             "tlogs": [%s, %s],
             "certificateAuthorities": [%s],
             "ctlogs": [%s],
             "timestampAuthorities": [%s]}\
            """.formatted(
                        log("https://rekor.example.com", "PKIX_ECDSA_P256_SHA_256", logs.log, logs.start),
                        log("https://rekor2.example.com", "PKIX_ED25519", logs.secondLog, logs.start),
                        authority(authorities.start, authorities.authority, authorities.root),
                        log(
                                "https://ct.example.com",
                                "PKIX_ECDSA_P256_SHA_256",
                                certificateLogs.certificateLog,
                                certificateLogs.start),
                        authority(times.start, times.time, times.timeRoot));
    }

    private static String log(String url, String details, KeyPair keys, Instant start) {
        return """
            {"baseUrl": "%s", "hashAlgorithm": "SHA2_256",
             "publicKey": {"rawBytes": "%s", "keyDetails": "%s", "validFor": {"start": "%s"}},
             "logId": {"keyId": "%s"}}\
            """.formatted(url, base64(keys.getPublic().getEncoded()), details, start, base64(id(keys)));
    }

    private static String authority(Instant start, Owner... chain) {
        return """
            {"subject": {"organization": "example.com", "commonName": "example"}, "uri": "https://fulcio.example.com",
             "certChain": {"certificates": [%s]}, "validFor": {"start": "%s"}}\
            """.formatted(
                        Arrays.stream(chain)
                                .map(one -> "{\"rawBytes\": \"" + base64(der(one.certificate())) + "\"}")
                                .collect(Collectors.joining(", ")),
                        start);
    }

    static String identities(String identity, String issuer) {
        return "[{\"identity\": \"%s\", \"issuer\": \"%s\"}]".formatted(identity, issuer);
    }

    Signing signing() {
        return new Signing();
    }

    /** One signature of a model. */
    final class Signing {
        Kind kind = Kind.DSSE_1;
        String identity = IDENTITY;
        String curve = "secp256r1";
        String algorithm = "SHA256withECDSA";
        String use = CODE_SIGNING;
        boolean hasPromise = true;
        Instant certified = start.plus(1, ChronoUnit.DAYS);
        Instant signed = certified.plusSeconds(5);
        /** Whose log signs the checkpoint. */
        TestSigstore checkpoint = TestSigstore.this;
        /** Whose log signs the time, or whose timestamp authority; null = none. */
        TestSigstore timed = TestSigstore.this;
        /** Whether the certificate is for the key that signs. */
        boolean isOwn = true;

        /** A bundle as {@code model_signing sign sigstore} writes it. */
        String bundle(Map<String, String> files) throws GeneralSecurityException {
            KeyPair keys = TestCertificates.keys(curve);
            String bundle = ModelSignatureTest.bundle(keys, algorithm, files);
            byte[] payload = decoded(bundle, "payload");
            byte[] signature = decoded(bundle, "sig");
            byte[] certificate = der(certificate(isOwn ? keys : TestCertificates.keys(curve)));
            byte[] body = entry(payload, signature, certificate).getBytes(StandardCharsets.UTF_8);
            String material = """
                {"certificate": {"rawBytes": "%s"}, "tlogEntries": [%s], \
                "timestampVerificationData": {"rfc3161Timestamps": [%s]}}\
                """.formatted(
                            base64(certificate),
                            logged(body),
                            kind.isOfSecond() && timed != null
                                    ? "{\"signedTimestamp\": \"" + base64(timed.timestamp(signature, signed)) + "\"}"
                                    : "");
            return bundle.replace("{\"publicKey\": {\"hint\": \"\"}, \"tlogEntries\": []}", material);
        }

        private X509Certificate certificate(KeyPair keys) throws GeneralSecurityException {
            List<Der> extensions = new ArrayList<>(List.of(
                    extension("2.5.29.15", true, TestCertificates.DIGITAL_SIGNATURE),
                    uses(false, use),
                    extension("2.5.29.17", true, seq(text(identity.contains("://") ? 0x86 : 0x81, identity))),
                    seq(oid("1.3.6.1.4.1.57264.1.1"), text(Der.OCTETS, ISSUER)),
                    extension("1.3.6.1.4.1.57264.1.8", false, text(Der.UTF8, ISSUER))));
            byte[] content = content(keys, extensions);
            if (hasPromise) {
                extensions.add(promise(content));
                content = content(keys, extensions);
            }
            return TestCertificates.certificate(content, authority);
        }

        private byte[] content(KeyPair keys, List<Der> extensions) {
            return TestCertificates.content(
                    "signer", keys.getPublic(), authority, seq(), certified, certified.plusSeconds(600), extensions);
        }

        private Der promise(byte[] content) throws GeneralSecurityException {
            long millis = certified.toEpochMilli();
            byte[] issuer =
                    Digest.digest("SHA-256").digest(authority.keys().getPublic().getEncoded());
            ByteBuffer signed = ByteBuffer.allocate(49 + content.length)
                    .putShort((short) 0)
                    .putLong(millis)
                    .putShort((short) 1)
                    .put(issuer)
                    .put((byte) 0)
                    .putShort((short) content.length)
                    .put(content)
                    .putShort((short) 0);
            byte[] signature = sign(
                    certificateLog.getPrivate(), "SHA256withECDSA", Arrays.copyOf(signed.array(), signed.position()));
            int length = 1 + 32 + 8 + 2 + 2 + 2 + signature.length;
            byte[] list = ByteBuffer.allocate(2 + 2 + length)
                    .putShort((short) (2 + length))
                    .putShort((short) length)
                    .put((byte) 0)
                    .put(id(certificateLog))
                    .putLong(millis)
                    .putShort((short) 0)
                    .put((byte) 4) // SHA-256
                    .put((byte) 3) // ECDSA
                    .putShort((short) signature.length)
                    .put(signature)
                    .array();
            return extension("1.3.6.1.4.1.11129.2.4.2", false, Der.of(Der.OCTETS, list));
        }

        private String entry(byte[] payload, byte[] signature, byte[] certificate) {
            byte[] pem = ("-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate)
                            + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.UTF_8);
            byte[] hash = Digest.digest("SHA-256").digest(payload);
            String hex = HexFormat.of().formatHex(hash);
            String verifier = "{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"x509Certificate\":{\"rawBytes\":\"%s\"}}"
                    .formatted(base64(certificate));
            return switch (kind) {
                case DSSE_1 -> """
                    {"apiVersion":"0.0.1","kind":"dsse","spec":{"envelopeHash":{"algorithm":"sha256","value":"%s"},\
                    "payloadHash":{"algorithm":"sha256","value":"%s"},\
                    "signatures":[{"signature":"%s","verifier":"%s"}]}}\
                    """.formatted("0".repeat(64), hex, base64(signature), base64(pem));
                case INTOTO ->
                    """
                    {"apiVersion":"0.0.2","kind":"intoto","spec":{"content":{"envelope":{\
                    "payloadType":"application/vnd.in-toto+json","signatures":[{"publicKey":"%s","sig":"%s"}]},\
                    "payloadHash":{"algorithm":"sha256","value":"%s"}}}}\
                    """.formatted(base64(pem), base64(base64(signature).getBytes(StandardCharsets.US_ASCII)), hex);
                case DSSE_2 -> """
                    {"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":{\
                    "payloadHash":{"algorithm":"SHA2_256","digest":"%s"},\
                    "signatures":[{"content":"%s","verifier":%s}]}}}\
                    """.formatted(base64(hash), base64(signature), verifier);
                case HASHED ->
                    """
                    {"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{\
                    "data":{"algorithm":"SHA2_256","digest":"%s"},"signature":{"content":"%s","verifier":%s}}}}\
                    """.formatted(
                                    base64(Digest.digest("SHA-256").digest(ModelSignature.encoded(payload))),
                                    base64(signature),
                                    verifier);
            };
        }

        /** In a tree of seven entries it is the sixth. */
        private String logged(byte[] body) throws GeneralSecurityException {
            List<byte[]> leaves = Stream.iterate(0, i -> i < 7, i -> i + 1)
                    .map(i -> hash(0, i == 5 ? body : new byte[] {i.byteValue()}, new byte[0]))
                    .toList();
            var path = new ArrayList<byte[]>();
            byte[] root = root(leaves, 5, path);
            KeyPair own = kind.isOfSecond() ? secondLog : log;
            String promise = kind.isOfSecond() || timed == null
                    ? ""
                    : "\"inclusionPromise\": {\"signedEntryTimestamp\": \"%s\"},"
                            .formatted(base64(sign(timed.log.getPrivate(), "SHA256withECDSA", promised(body))));
            return """
                {"logIndex": "1000005", "logId": {"keyId": "%s"}, "integratedTime": "%d", %s
                 "kindVersion": {"kind": "%s", "version": "%s"},
                 "inclusionProof": {"logIndex": "5", "treeSize": "7", "rootHash": "%s", "hashes": [%s],
                   "checkpoint": {"envelope": "%s"}},
                 "canonicalizedBody": "%s"}\
                """.formatted(
                            base64(id(own)),
                            kind.isOfSecond() ? 0 : signed.getEpochSecond(),
                            promise,
                            kind == Kind.HASHED ? "hashedrekord" : kind == Kind.INTOTO ? "intoto" : "dsse",
                            kind == Kind.DSSE_1 ? "0.0.1" : "0.0.2",
                            base64(root),
                            path.stream().map(one -> "\"" + base64(one) + "\"").collect(Collectors.joining(", ")),
                            checkpoint(root, id(own)).replace("\n", "\\n"),
                            base64(body));
        }

        private byte[] promised(byte[] body) {
            return "{\"body\":\"%s\",\"integratedTime\":%d,\"logID\":\"%s\",\"logIndex\":1000005}"
                    .formatted(
                            base64(body),
                            signed.getEpochSecond(),
                            HexFormat.of().formatHex(id(log)))
                    .getBytes(StandardCharsets.UTF_8);
        }

        private String checkpoint(byte[] root, byte[] id) throws GeneralSecurityException {
            String host = kind.isOfSecond() ? "rekor2.example.com" : "rekor.example.com";
            String text = host + (kind.isOfSecond() ? "" : " - 42") + "\n7\n" + base64(root) + "\n";
            KeyPair keys = kind.isOfSecond() ? checkpoint.secondLog : checkpoint.log;
            byte[] signature = sign(
                    keys.getPrivate(),
                    kind.isOfSecond() ? "Ed25519" : "SHA256withECDSA",
                    text.getBytes(StandardCharsets.UTF_8));
            byte[] line = ByteBuffer.allocate(4 + signature.length)
                    .put(id, 0, 4)
                    .put(signature)
                    .array();
            return text + "\n— " + host + " " + base64(line) + "\n";
        }
    }

    /** The root of a tree, and the way up to it from one leaf (RFC 9162, 2.1.1 and 2.1.3.1). */
    private static byte[] root(List<byte[]> leaves, int leaf, List<byte[]> path) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        byte[] left = root(leaves.subList(0, split), leaf < split ? leaf : -1, path);
        byte[] right = root(leaves.subList(split, leaves.size()), leaf < split ? -1 : leaf - split, path);
        if (leaf >= 0) {
            path.add(leaf < split ? right : left);
        }
        return hash(1, left, right);
    }

    private static byte[] hash(int kind, byte[] left, byte[] right) {
        var digest = Digest.digest("SHA-256");
        digest.update((byte) kind);
        digest.update(left);
        return digest.digest(right);
    }

    /** RFC 3161, within RFC 5652. */
    byte[] timestamp(byte[] what, Instant when) throws GeneralSecurityException {
        String moment = DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(when);
        byte[] statement = seq(
                        number(1),
                        oid("1.3.6.1.4.1.57264.2"),
                        seq(SHA256, Der.of(Der.OCTETS, Digest.digest("SHA-256").digest(what))),
                        number(42),
                        text(Der.TIME, moment))
                .encoded();
        byte[] own = Digest.digest("SHA-256").digest(der(time.certificate()));
        List<Der> attributes = new ArrayList<>(List.of(
                attribute("1.2.840.113549.1.9.3", oid(STATEMENT)),
                attribute(
                        "1.2.840.113549.1.9.4",
                        Der.of(Der.OCTETS, Digest.digest("SHA-256").digest(statement))),
                attribute("1.2.840.113549.1.9.16.2.47", seq(seq(seq(Der.of(Der.OCTETS, own)))))));
        attributes.sort((a, b) -> Arrays.compareUnsigned(a.encoded(), b.encoded()));
        byte[] signature = sign(
                time.keys().getPrivate(),
                "SHA256withECDSA",
                all(Der.SET, attributes).encoded());
        Der signer = seq(
                number(1),
                seq(
                        Der.of(time.certificate().getIssuerX500Principal().getEncoded()),
                        Der.of(Der.INTEGER, time.certificate().getSerialNumber().toByteArray())),
                SHA256,
                all(0xA0, attributes),
                SHA256_WITH_ECDSA,
                Der.of(Der.OCTETS, signature));
        Der data = seq(
                number(3),
                all(Der.SET, Collections.singletonList(SHA256)),
                seq(oid(STATEMENT), Der.of(0xA0, Der.of(Der.OCTETS, statement).encoded())),
                Der.of(Der.SET, signer.encoded()));
        return seq(seq(number(0)), seq(oid("1.2.840.113549.1.7.2"), Der.of(0xA0, data.encoded())))
                .encoded();
    }

    private static Der attribute(String type, Der value) {
        return seq(oid(type), Der.of(Der.SET, value.encoded()));
    }

    private static byte[] decoded(String bundle, String field) {
        return Base64.getDecoder().decode(bundle.replaceFirst("(?s).*\"" + field + "\": \"([^\"]+)\".*", "$1"));
    }

    private static byte[] id(KeyPair keys) {
        return Digest.digest("SHA-256").digest(keys.getPublic().getEncoded());
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
