package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.pull.TestSigstore.Kind;
import io.baseload.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Signatures in the form that {@code model_signing sign sigstore} writes, by a Sigstore instance of the test. */
class KeylessSignersTest {
    private static final Map<String, String> FILES =
            new TreeMap<>(Map.of("config.json", "a".repeat(64), "model.safetensors", "b".repeat(64)));
    private static final String SIGNER = TestSigstore.IDENTITY + " (" + TestSigstore.ISSUER + ")";

    private static TestSigstore sigstore;
    private static TestSigstore foreign;

    @TempDir
    Path signers;

    @BeforeAll
    static void start() throws Exception {
        sigstore = new TestSigstore();
        foreign = new TestSigstore();
    }

    @BeforeEach
    void trust() throws Exception {
        write(KeylessSigners.ROOT, sigstore.trustedRoot());
        write(KeylessSigners.IDENTITIES, TestSigstore.identities(TestSigstore.IDENTITY, TestSigstore.ISSUER));
    }

    @ParameterizedTest
    @EnumSource
    void aSignerWhoIsAllowedIsNamedWithTheTime(Kind kind) throws Exception {
        var signing = sigstore.signing();
        signing.kind = kind;
        var signed = verify(signing.bundle(FILES));
        assertThat(signed.signer()).isEqualTo(SIGNER);
        assertThat(signed.time()).contains(signing.signed);
    }

    @ParameterizedTest
    @CsvSource({"secp384r1,SHA384withECDSA", "secp521r1,SHA512withECDSA"})
    void aKeyMayHaveAnotherCurve(String curve, String algorithm) throws Exception {
        var signing = sigstore.signing();
        signing.curve = curve;
        signing.algorithm = algorithm;
        assertThat(verify(signing.bundle(FILES)).signer()).isEqualTo(SIGNER);
    }

    /** Of Sigstore's public instance, in 2024. It is not for a model, so its statement says something else. */
    @Test
    void aSignatureOfThePublicInstanceIsVerified() throws Exception {
        Path made = TestModels.resource("signatures/sigstore");
        String identity = "https://github.com/trailofbits/pypi-attestation-models/.github/workflows/release.yml"
                + "@refs/tags/v0.0.4a2";
        String issuer = "https://token.actions.githubusercontent.com";
        write(KeylessSigners.ROOT, Files.readString(made.resolve("trusted_root.json")));
        write(KeylessSigners.IDENTITIES, TestSigstore.identities(identity, issuer));
        String bundle = Files.readString(made.resolve("attestation.sigstore"));
        JsonNode json = PulledJson.read(bundle.getBytes(StandardCharsets.UTF_8));
        byte[] payload =
                Base64.getDecoder().decode(json.at("/dsseEnvelope/payload").asString());
        byte[] signature = Base64.getDecoder()
                .decode(json.at("/dsseEnvelope/signatures/0/sig").asString());
        var envelope = new KeylessSigners.Envelope(payload, ModelSignature.encoded(payload), signature);
        var found = new KeylessSigners(signers).verified(json.get("verificationMaterial"), envelope);
        assertThat(found.name()).isEqualTo(identity + " (" + issuer + ")");
        assertThat(found.time()).isEqualTo("2024-06-10T19:47:25Z");
        assertRefused(bundle, "not in the form of OpenSSF Model Signing 1.0"); // so its signature is right
    }

    @Test
    void onlyAllowedIdentitiesByTheirIssuersSign() throws Exception {
        String bundle = sigstore.signing().bundle(FILES);
        write(KeylessSigners.IDENTITIES, TestSigstore.identities("another@example.com", TestSigstore.ISSUER));
        assertRefused(bundle, "is by " + TestSigstore.IDENTITY + ", as authenticated by " + TestSigstore.ISSUER);
        write(KeylessSigners.IDENTITIES, TestSigstore.identities(TestSigstore.IDENTITY, "https://other.example.com"));
        assertRefused(bundle, "who is not in identities.json");
        Files.delete(signers.resolve(KeylessSigners.IDENTITIES));
        assertRefused(bundle, "the folder " + signers.getFileName() + " has no file identities.json");
    }

    @Test
    void anIdentityMayBeginAsAllowed() throws Exception {
        String workflow = "https://github.com/example/models/.github/workflows/release.yml@refs/tags/v1";
        String other = "https://github.com/example-two/models/.github/workflows/release.yml@refs/tags/v1";
        for (String prefix : List.of(
                "https://github.com/example/", "https://github.com/example/models/.github/workflows/release.yml@")) {
            write(KeylessSigners.IDENTITIES, prefixed(prefix));
            assertThat(verify(by(workflow)).signer()).isEqualTo(workflow + " (" + TestSigstore.ISSUER + ")");
            assertRefused(by(other), "who is not in identities.json");
        }
        for (String prefix : List.of("https://github.com/example", "https://", "https://github.com", "release@")) {
            write(KeylessSigners.IDENTITIES, prefixed(prefix));
            assertRefused(by(workflow), "identities.json has an error: [0].identity_prefix must be the beginning of");
        }
    }

    private static String prefixed(String prefix) {
        return "[{\"identity_prefix\": \"%s\", \"issuer\": \"%s\"}]".formatted(prefix, TestSigstore.ISSUER);
    }

    private static String by(String identity) throws Exception {
        var signing = sigstore.signing();
        signing.identity = identity;
        return signing.bundle(FILES);
    }

    @ParameterizedTest
    @EnumSource
    void theTimeMustBeProvedAndWithinTheCertificates(Kind kind) throws Exception {
        refused(kind, "was valid only from", one -> one.signed = one.certified.plus(Duration.ofMinutes(11)));
        refused(kind, "was valid only from", one -> one.signed = one.certified.minusSeconds(1));
        refused(kind, "no proof of its time", one -> one.timed = null);
        refused(
                kind,
                kind.isOfSecond() ? "not by one of the timestampAuthorities" : "a time that its log has not signed",
                one -> one.timed = foreign);
    }

    @Test
    void theTimeIsSignedWithTheEntry() throws Exception {
        String bundle = sigstore.signing().bundle(FILES);
        String later = bundle.replaceFirst("(\"integratedTime\": \")(\\d+)", "$1" + sigstore.start.getEpochSecond());
        assertRefused(later, "a time that its log has not signed");
        assertRefused(bundle.replace("\"1000005\"", "\"1000006\""), "a time that its log has not signed");
    }

    @Test
    void aTimestampIsForThisSignature() throws Exception {
        var signing = sigstore.signing();
        signing.kind = Kind.HASHED;
        String bundle = signing.bundle(FILES);
        String stamp = bundle.replaceFirst("(?s).*\"signedTimestamp\": \"([^\"]+)\".*", "$1");
        assertRefused(
                bundle.replace(stamp, base64(sigstore.timestamp(new byte[3], signing.signed))),
                "that is for another one");
        byte[] broken = Base64.getDecoder().decode(stamp);
        broken[broken.length - 1] ^= 1; // its signature
        assertRefused(bundle.replace(stamp, base64(broken)), "not by one of the timestampAuthorities");
        for (byte[] none : List.of(new byte[0], new byte[] {0x30, 0}, new byte[] {0x30, (byte) 0x83, -1, -1, -1})) {
            assertRefused(bundle.replace(stamp, base64(none)), "a timestamp that can't be read");
        }
    }

    @Test
    void allMustBeOfTheTrustedRoot() throws Exception {
        String first = sigstore.signing().bundle(FILES);
        var signing = sigstore.signing();
        signing.kind = Kind.HASHED;
        String second = signing.bundle(FILES);
        write(KeylessSigners.ROOT, TestSigstore.trustedRoot(foreign, sigstore, sigstore, sigstore));
        assertRefused(first, "that none of the certificateAuthorities");
        write(KeylessSigners.ROOT, TestSigstore.trustedRoot(sigstore, foreign, sigstore, sigstore));
        assertRefused(first, "that none of the ctlogs of trusted_root.json has promised to record");
        write(KeylessSigners.ROOT, TestSigstore.trustedRoot(sigstore, sigstore, foreign, sigstore));
        assertRefused(first, "in a log that is not among the tlogs");
        assertRefused(second, "in a log that is not among the tlogs");
        write(KeylessSigners.ROOT, TestSigstore.trustedRoot(sigstore, sigstore, sigstore, foreign));
        assertRefused(second, "not by one of the timestampAuthorities");
        assertThat(verify(first).signer()).isEqualTo(SIGNER);
        Files.delete(signers.resolve(KeylessSigners.ROOT));
        assertRefused(first, "the folder " + signers.getFileName() + " has no file trusted_root.json");
    }

    @Test
    void eachIsTrustedOnlyWithinItsValidity() throws Exception {
        String bundle = sigstore.signing().bundle(FILES);
        String start = "\"start\": \"" + sigstore.start + "\"";
        String ended = start + ", \"end\": \"" + sigstore.start.plusSeconds(60) + "\"";
        String root = sigstore.trustedRoot();
        write(KeylessSigners.ROOT, replaced(root, "\"tlogs\"", start, ended));
        assertRefused(bundle, "when the log was not valid that recorded it");
        write(KeylessSigners.ROOT, replaced(root, "\"certificateAuthorities\"", start, ended));
        assertRefused(bundle, "that none of the certificateAuthorities");
        write(KeylessSigners.ROOT, replaced(root, "\"ctlogs\"", start, ended));
        assertRefused(bundle, "that none of the ctlogs");
        var signing = sigstore.signing();
        signing.kind = Kind.HASHED;
        write(KeylessSigners.ROOT, replaced(root, "\"timestampAuthorities\"", start, ended));
        assertRefused(signing.bundle(FILES), "not by one of the timestampAuthorities");
    }

    /** The first of these after the marker. */
    private static String replaced(String text, String marker, String old, String by) {
        int at = text.indexOf(old, text.indexOf(marker));
        return text.substring(0, at) + by + text.substring(at + old.length());
    }

    @ParameterizedTest
    @EnumSource
    void theEntryIsInTheLog(Kind kind) throws Exception {
        refused(kind, "a checkpoint that its log has not signed", one -> one.checkpoint = foreign);
        var signing = sigstore.signing();
        signing.kind = kind;
        String bundle = signing.bundle(FILES);
        String hash = bundle.replaceFirst("(?s).*\"hashes\": \\[\"([^\"]+)\".*", "$1");
        assertRefused(bundle.replace(hash, base64(new byte[32])), "a proof that does not lead to its log's checkpoint");
        assertRefused(bundle.replace("\"" + hash + "\", ", ""), "a proof that does not lead to its log's checkpoint");
        for (String index : List.of("4", "6", "7", "-1")) {
            assertRefused(
                    bundle.replace("\"logIndex\": \"5\"", "\"logIndex\": \"" + index + "\""),
                    "a proof that does not lead to its log's checkpoint");
        }
        assertRefused(bundle.replace("\\n7\\n", "\\n8\\n"), "a checkpoint that its log has not signed");
        assertRefused(bundle.replaceFirst("\"envelope\": \"[^\"]+\"", "\"envelope\": \"\""), "not signed");
    }

    @ParameterizedTest
    @EnumSource
    void theEntryIsForThisSignature(Kind kind) throws Exception {
        var signing = sigstore.signing();
        signing.kind = kind;
        String one = signing.bundle(FILES);
        String other = signing.bundle(FILES);
        String entries = "(?s)(.*\"tlogEntries\": )(.*)(, \"timestampVerificationData.*)";
        assertRefused(
                one.replaceFirst(entries, "$1") + other.replaceFirst(entries, "$2") + one.replaceFirst(entries, "$3"),
                "a log's entry for another signature");
        String certificate = "(?s)(.*\"certificate\": )(\\{[^}]*})(.*)";
        assertRefused(
                one.replaceFirst(certificate, "$1")
                        + other.replaceFirst(certificate, "$2")
                        + one.replaceFirst(certificate, "$3"),
                "a log's entry for another signature");
        refused(kind, "not by the key of its certificate", it -> it.isOwn = false);
    }

    @Test
    void theStatementIsAsItWasSigned() throws Exception {
        String good = sigstore.signing().bundle(FILES);
        String payload = good.replaceFirst("(?s).*\"payload\": \"([^\"]+)\".*", "$1");
        String statement = new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8);
        String other = base64(statement.replace("config.json", "other.json").getBytes(StandardCharsets.UTF_8));
        assertRefused(good.replace(payload, other), "a log's entry for another signature");
        assertThatThrownBy(() -> verify(good, Map.of("tokenizer.json", "c".repeat(64))))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("does not cover the file 'tokenizer.json'");
        assertThatThrownBy(() -> verify(good, Map.of("config.json", "c".repeat(64))))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("different content of the file 'config.json'");
    }

    @Test
    void theCertificateIsForCodeAndHasAPromise() throws Exception {
        refused(Kind.DSSE_1, "not for code signing", one -> one.use = "1.3.6.1.5.5.7.3.1");
        refused(Kind.DSSE_1, "that none of the ctlogs", one -> one.hasPromise = false);
    }

    @Test
    void thereIsOneEntryAndOneSignature() throws Exception {
        String bundle = sigstore.signing().bundle(FILES);
        String entries = "(?s)\"tlogEntries\": \\[(.*)], \"timestampVerificationData";
        assertRefused(
                bundle.replaceFirst(entries, "\"tlogEntries\": [$1, $1], \"timestampVerificationData"),
                "entries of 2 logs; there must be one");
        assertRefused(
                bundle.replaceFirst("(?s)\"signatures\": \\[(.*?)]", "\"signatures\": [$1, $1]"), "must be one, not 2");
        assertRefused(
                bundle.replaceFirst("\"canonicalizedBody\": \"[^\"]+\"", "\"canonicalizedBody\": \"e30=\""),
                "an entry of the kind");
        assertRefused(
                bundle.replaceFirst(entries, "\"tlogEntries\": [], \"timestampVerificationData"), "No signer is known");
        assertRefused(
                bundle.replaceFirst("\"certificate\": \\{[^}]*}", "\"x509CertificateChain\": {\"certificates\": []}"),
                "No signer is known");
    }

    /** Fields that prove nothing may change, such as the root in a proof, which the checkpoint has too. */
    @ParameterizedTest
    @EnumSource
    void aDamagedBundleIsRefusedOrProvesTheSame(Kind kind) throws Exception {
        var signing = sigstore.signing();
        signing.kind = kind;
        String bundle = signing.bundle(FILES);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            int at = random.nextInt(bundle.length());
            String damaged = bundle.substring(0, at)
                    + (char) ('A' + random.nextInt(26))
                    + bundle.substring(at + random.nextInt(3));
            try {
                var signed = verify(damaged);
                assertThat(signed.signer()).as(damaged).isEqualTo(SIGNER);
                assertThat(signed.time()).as(damaged).contains(signing.signed);
            } catch (PullException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(250);
    }

    /** Some of a timestamp is not signed, such as the name of its authority. */
    @Test
    void aDamagedTimestampIsRefusedOrSaysTheSame() throws Exception {
        Instant time = sigstore.start.plusSeconds(1);
        byte[] good = sigstore.timestamp(new byte[3], time);
        var authorities =
                TrustedRootReader.read(signers.resolve(KeylessSigners.ROOT)).timestampAuthorities();
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = good.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            int length = random.nextInt(10) == 0 ? random.nextInt(damaged.length) : damaged.length;
            try {
                var token = TimestampToken.of(Arrays.copyOf(damaged, length));
                if (token.isBy(authorities, new byte[3])) {
                    assertThat(token.time()).as(base64(damaged)).isEqualTo(time);
                } else {
                    refused++;
                }
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1500);
    }

    @Test
    void aRootInAnotherFormIsRefusedWithThePlaceOfTheError() throws Exception {
        String name = "The file " + signers.getFileName() + "/trusted_root.json ";
        String root = sigstore.trustedRoot();
        assertRoot("no JSON", name + "is not JSON.");
        assertRoot("{}", name + "has an error: it must be a trusted root of Sigstore, with the mediaType ");
        assertRoot(root.replace("\"tlogs\"", "\"logs\""), "has an error: tlogs must be a list of logs.");
        assertRoot(
                root.replaceFirst("\"certificates\": \\[[^]]*]", "\"certificates\": []"),
                "certificateAuthorities[0].certChain.certificates must be a list of certificates.");
        assertRoot(
                root.replaceFirst("\"rawBytes\": \"[^\"]+\"", "\"rawBytes\": \"?\""),
                "tlogs[0].publicKey.rawBytes must be base64.");
        assertRoot(
                root.replaceFirst("\"rawBytes\": \"[^\"]+\"", "\"rawBytes\": \"AAAA\""),
                "tlogs[0].publicKey.rawBytes must be a public key as keyDetails says.");
        assertRoot(
                root.replaceFirst("\"start\": \"[^\"]+\"", "\"start\": \"today\""),
                "tlogs[0].publicKey.validFor.start must be a time such as 2022-04-13T20:06:15Z.");
        assertRoot(
                root.replaceFirst("\"keyId\": \"[^\"]+\"", "\"keyId\": \"AAA=\""),
                "tlogs[0].logId.keyId must be at least 4 bytes.");
        write(KeylessSigners.ROOT, root.replace("\"tlogs\"", "\"later\": {}, \"tlogs\""));
        assertThat(verify(sigstore.signing().bundle(FILES)).signer())
                .as("fields of later versions are ignored")
                .isEqualTo(SIGNER);
        String unknown = root.replace("\"PKIX_ED25519\"", "\"PKIX_LATER\"");
        write(KeylessSigners.ROOT, unknown);
        assertThat(verify(sigstore.signing().bundle(FILES)).signer()).isEqualTo(SIGNER);
        refused(Kind.HASHED, "in a log that is not among the tlogs", one -> {});
    }

    private void assertRoot(String root, String error) throws Exception {
        write(KeylessSigners.ROOT, root);
        assertRefused(sigstore.signing().bundle(FILES), error);
    }

    @Test
    void identitiesInAnotherFormAreRefusedWithThePlaceOfTheError() throws Exception {
        var errors = new TreeMap<String, String>();
        errors.put("no JSON", "identities.json is not JSON.");
        errors.put("[]", "it must be a list of identities.");
        errors.put("{}", "it must be a list of identities.");
        errors.put("[\"me\"]", "[0] must be an object with identity, identity_prefix, issuer.");
        errors.put("[{\"identity\": \"me\"}]", "[0].issuer must be a text.");
        errors.put(
                "[{\"issuer\": \"me\"}]", "[0] must be an object with issuer, and either identity or identity_prefix.");
        errors.put("[{\"issuer\": \"me\", \"identity\": \" \"}]", "[0].identity must be a text.");
        errors.put(
                "[{\"issuer\": \"me\", \"identity\": \"a\", \"identity_prefix\": \"b://c/\"}]",
                "[0] must be an object with issuer, and either identity or identity_prefix.");
        errors.put(
                "[{\"identity\": \"me\", \"isuer\": \"me\"}]",
                "[0].isuer must be left out: known are identity, identity_prefix, issuer.");
        String bundle = sigstore.signing().bundle(FILES);
        for (Map.Entry<String, String> one : errors.entrySet()) {
            write(KeylessSigners.IDENTITIES, one.getKey());
            assertRefused(bundle, one.getValue());
        }
    }

    private void refused(Kind kind, String why, Consumer<TestSigstore.Signing> change) throws Exception {
        var signing = sigstore.signing();
        signing.kind = kind;
        change.accept(signing);
        assertRefused(signing.bundle(FILES), why);
    }

    private void assertRefused(String bundle, String why) {
        assertThatThrownBy(() -> verify(bundle))
                .isInstanceOf(PullException.class)
                .hasMessageContaining(why);
    }

    private ModelSignature.Signed verify(String bundle) {
        return verify(bundle, FILES);
    }

    private ModelSignature.Signed verify(String bundle, Map<String, String> files) {
        return new ModelSignature(signers).verify(bundle.getBytes(StandardCharsets.UTF_8), files);
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(signers.resolve(name), text);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
