package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures in the form that OpenSSF's {@code model_signing sign key} writes. */
class ModelSignatureTest {
    private static final Map<String, String> FILES =
            new TreeMap<>(Map.of("config.json", "a".repeat(64), "model.safetensors", "b".repeat(64)));

    @TempDir
    Path signers;

    private KeyPair keys;

    @BeforeEach
    void trust() throws Exception {
        keys = keys("secp256r1");
        write("platform-team", keys.getPublic());
    }

    @Test
    void aKnownKeyIsNamed() throws Exception {
        write("another", keys("secp256r1").getPublic());
        assertThat(verify(bundle(keys, "SHA256withECDSA", FILES), FILES)).isEqualTo("platform-team");
        KeyPair larger = keys("secp384r1");
        write("larger", larger.getPublic());
        assertThat(verify(bundle(larger, "SHA384withECDSA", FILES), FILES)).isEqualTo("larger");
    }

    @Test
    void eachFileMustBeSignedAsItIs() throws Exception {
        String bundle = bundle(keys, "SHA256withECDSA", FILES);
        assertThatThrownBy(() -> verify(bundle, Map.of("model.safetensors", "c".repeat(64))))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("different content of the file 'model.safetensors'");
        assertThatThrownBy(() -> verify(bundle, Map.of("tokenizer.json", "c".repeat(64))))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("does not cover");
        assertThat(verify(bundle, Map.of("config.json", "a".repeat(64))))
                .as("a part of what was signed may be pulled")
                .isEqualTo("platform-team");
    }

    @Test
    void othersAreRefused() throws Exception {
        assertThatThrownBy(() -> verify(bundle(keys("secp256r1"), "SHA256withECDSA", FILES), FILES))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("not by a known signer");
        String good = bundle(keys, "SHA256withECDSA", FILES);
        String payload = good.replaceFirst("(?s).*\"payload\": \"([^\"]+)\".*", "$1");
        String statement = new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8);
        String other = Base64.getEncoder()
                .encodeToString(statement.replace("config.json", "other.json").getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> verify(good.replace(payload, other), FILES)).isInstanceOf(PullException.class);
        assertThatThrownBy(() -> verify(good.replace("publicKey", "certificate"), FILES))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("with a certificate");
        for (String bad : new String[] {"", "{}", "[]", "{\"dsseEnvelope\": 1}", "no json"}) {
            assertThatThrownBy(() -> verify(bad, FILES)).isInstanceOf(PullException.class);
        }
        Files.delete(signers.resolve("platform-team.pem"));
        assertThatThrownBy(() -> verify(good, FILES))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("No signer is known");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p256", "p384", "p521"})
    void aSignatureOfTheToolItselfIsVerified(String name) throws Exception {
        Path made = TestModels.resource("signatures");
        Files.copy(made.resolve(name + ".pem"), signers.resolve(name + ".pem"));
        Map<String, String> files = new TreeMap<>();
        for (String file : List.of("config.json", "model.safetensors", "original/params.json")) {
            files.put(file, PullerTest.sha256(Files.readAllBytes(made.resolve("model/" + file))));
        }
        String bundle = Files.readString(made.resolve(name + ".sig"));
        assertThat(verify(bundle, files)).isEqualTo(name);
        files.put("config.json", "a".repeat(64));
        assertThatThrownBy(() -> verify(bundle, files))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("different content of the file 'config.json'");
    }

    private String verify(String bundle, Map<String, String> files) {
        return new ModelSignature(signers)
                .verify(bundle.getBytes(StandardCharsets.UTF_8), files)
                .signer();
    }

    private static KeyPair keys(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private void write(String name, PublicKey key) throws Exception {
        Files.writeString(
                signers.resolve(name + ".pem"),
                "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
    }

    /** What {@code model_signing} writes: the statement's subject is the digest over all digests, in the order of names. */
    static String bundle(KeyPair keys, String algorithm, Map<String, String> files) throws GeneralSecurityException {
        var digests = new ByteArrayOutputStream();
        files.values().forEach(digest -> digests.writeBytes(HexFormat.of().parseHex(digest)));
        String resources = files.entrySet().stream()
                .map(file -> "{\"algorithm\": \"sha256\", \"digest\": \"%s\", \"name\": \"%s\"}"
                        .formatted(file.getValue(), file.getKey()))
                .collect(Collectors.joining(", "));
        String statement = """
            {"_type": "https://in-toto.io/Statement/v1",
             "subject": [{"name": "model", "digest": {"sha256": "%s"}}],
             "predicateType": "https://model_signing/signature/v1.0",
             "predicate": {"serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": false,
               "ignore_paths": ["model.sig"]}, "resources": [%s]}}\
            """.formatted(PullerTest.sha256(digests.toByteArray()), resources);
        byte[] payload = statement.getBytes(StandardCharsets.UTF_8);
        var signer = Signature.getInstance(algorithm);
        signer.initSign(keys.getPrivate());
        signer.update(
                ("DSSEv1 28 application/vnd.in-toto+json " + payload.length + " ").getBytes(StandardCharsets.UTF_8));
        signer.update(payload);
        return """
            {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
             "verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": []},
             "dsseEnvelope": {"payload": "%s", "payloadType": "application/vnd.in-toto+json",
               "signatures": [{"sig": "%s", "keyid": ""}]}}\
            """.formatted(
                Base64.getEncoder().encodeToString(payload), Base64.getEncoder().encodeToString(signer.sign()));
    }
}
