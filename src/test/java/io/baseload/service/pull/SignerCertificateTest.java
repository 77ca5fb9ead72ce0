package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures in the form that OpenSSF's {@code model_signing sign certificate} writes, with certificates made by {@code keytool}; those signed by PSS are from OpenSSL, which can do it with SHA-1. */
class SignerCertificateTest {
    private static final Map<String, String> FILES = new TreeMap<>(Map.of("model.safetensors", "b".repeat(64)));
    private static final String PASSWORD = "changeit";
    private static final String[] AUTHORITY = {"-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign"};
    private static final String[] SIGNER = {"-ext", "ku:critical=digitalSignature", "-ext", "eku:critical=codeSigning"};

    /** Name constraints: only the subject {@code CN=x}. */
    private static final String ONLY_X = "2.5.29.30:critical=3014A0123010A40E300C310A300806035504030C0178";

    @TempDir
    static Path made;

    private static KeyStore store;

    @TempDir
    Path signers;

    @BeforeAll
    static void makeCertificates() throws Exception {
        make("root", "", AUTHORITY);
        make("middle", "root", AUTHORITY);
        make("team", "middle", SIGNER);
        make("server", "middle", "-ext", "ku:critical=digitalSignature", "-ext", "eku=serverAuth");
        make("plain", "middle");
        make("past", "middle", with(SIGNER, "-startdate", "-3d", "-validity", "1"));
        make("of-past", "past", SIGNER);
        make("rsa", "middle", with(SIGNER, "-keyalg", "RSA"));
        make("of-sha1", "middle", with(SIGNER, "-sigalg", "SHA1withECDSA"));
        make("sha1-middle", "root", with(AUTHORITY, "-sigalg", "SHA1withECDSA"));
        make("of-sha1-middle", "sha1-middle", SIGNER);
        make("sha1-root", "", with(AUTHORITY, "-sigalg", "SHA1withECDSA"));
        make("of-sha1-root", "sha1-root", SIGNER);
        make("pss-root", "", with(AUTHORITY, "-keyalg", "RSA"));
        make("of-pss-root", "pss-root", with(SIGNER, "-sigalg", "RSASSA-PSS"));
        for (String use : List.of("serverAuth", "codeSigning", "any")) {
            make(use + "-middle", "root", with(AUTHORITY, "-ext", "eku:critical=" + use));
            make("of-" + use + "-middle", use + "-middle", SIGNER);
        }
        make("server-root", "", with(AUTHORITY, "-ext", "eku=serverAuth"));
        make("of-server-root", "server-root", SIGNER);
        make("past-root", "", with(AUTHORITY, "-startdate", "-3d", "-validity", "1"));
        make("of-past-root", "past-root", SIGNER);
        make("short-root", "", "-ext", "bc:critical=ca:true,pathlen:0", "-ext", "ku:critical=keyCertSign");
        make("of-short-root", "short-root", SIGNER);
        make("too-far", "short-root", AUTHORITY);
        make("of-too-far", "too-far", SIGNER);
        make("for-x", "root", with(AUTHORITY, "-ext", ONLY_X));
        make("of-for-x", "for-x", SIGNER);
        make("foreign-root", "", AUTHORITY);
        make("stranger", "foreign-root", SIGNER);
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(made.resolve("store.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
    }

    /** @param by the alias of the signer; empty: itself */
    private static void make(String name, String by, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1", // it ends soon
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keystore",
                made.resolve("store.p12").toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        if (!by.isEmpty()) {
            command.addAll(List.of("-signer", by));
        }
        if (!List.of(more).contains("-keyalg")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        command.addAll(List.of(more));
        Process running = new ProcessBuilder(command).inheritIO().start();
        if (running.waitFor() != 0) {
            throw new IOException("keytool failed");
        }
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }

    @BeforeEach
    void trustTheRoot() throws Exception {
        trust("root", "company");
    }

    private void trust(String alias, String name) throws Exception {
        Files.writeString(
                signers.resolve(name + ".pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getCertificate(alias).getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    @Test
    void aSignerWithACertificateIsNamed() throws Exception {
        assertThat(verify(bundle("team", "team", "middle", "root"))).isEqualTo("company: CN=team");
        assertThat(verify(bundle("team", "team", "root", "middle", "stranger")))
                .as("in any order, and with others")
                .isEqualTo("company: CN=team");
        trust("foreign-root", "another");
        assertThat(verify(bundle("stranger", "stranger"))).isEqualTo("another: CN=stranger");
        String alone = bundle("stranger", "stranger")
                .replaceFirst("\"x509CertificateChain\": \\{\"certificates\": \\[([^]]*)]}", "\"certificate\": $1");
        assertThat(verify(alone)).isEqualTo("another: CN=stranger");
    }

    @Test
    void anIntermediateAuthorityMayBeTrustedAlone() throws Exception {
        Files.delete(signers.resolve("company.pem"));
        trust("middle", "team-authority");
        assertThat(verify(bundle("team", "team", "middle", "root"))).isEqualTo("team-authority: CN=team");
    }

    @Test
    void othersAreRefused() throws Exception {
        assertRefused(bundle("stranger", "stranger", "foreign-root"), "no known authority");
        assertRefused(bundle("team", "team"), "no known authority"); // the way to it is missing
        assertRefused(bundle("server", "server", "middle"), "not for code signing");
        assertRefused(bundle("plain", "plain", "middle"), "not for code signing");
        assertRefused(bundle("past", "past", "middle"), "valid only from");
        assertRefused(bundle("of-past", "of-past", "past", "middle"), "no known authority"); // by no authority
        assertRefused(bundle("rsa", "rsa", "middle"), "no elliptic curve");
        assertRefused(bundle("stranger", "team", "middle"), "not by a known signer"); // another's certificate
        assertRefused(bundle("team", Stream.generate(() -> "team").limit(9).toArray(String[]::new)), "more than 8");
    }

    @Test
    void anIssuerForOtherUsesCertifiesNobody() throws Exception {
        assertRefused(
                bundle("of-serverAuth-middle", "of-serverAuth-middle", "serverAuth-middle"),
                "chain is refused: CN=serverAuth-middle is not for code signing.");
        for (String use : List.of("codeSigning", "any")) {
            String signer = "of-" + use + "-middle";
            assertThat(verify(bundle(signer, signer, use + "-middle"))).isEqualTo("company: CN=" + signer);
        }
        trust("server-root", "another");
        assertRefused(bundle("of-server-root", "of-server-root"), "CN=server-root is not for code signing.");
    }

    @Test
    void aCertificateSignedBySha1IsRefused() throws Exception {
        assertRefused(bundle("of-sha1", "of-sha1", "middle"), "refused: CN=of-sha1 is signed with SHA1withECDSA.");
        assertRefused(
                bundle("of-sha1-middle", "of-sha1-middle", "sha1-middle"),
                "refused: CN=sha1-middle is signed with SHA1withECDSA.");
        trust("sha1-root", "another"); // whose own signature proves nothing
        assertThat(verify(bundle("of-sha1-root", "of-sha1-root"))).isEqualTo("another: CN=of-sha1-root");
        assertThat(verify(bundle("of-sha1-root", "of-sha1-root", "sha1-root"))).isEqualTo("another: CN=of-sha1-root");
        trust("pss-root", "rsa");
        assertThat(verify(bundle("of-pss-root", "of-pss-root"))).isEqualTo("rsa: CN=of-pss-root");
    }

    @Test
    void theDigestOfPssIsChecked() throws Exception {
        var chain = List.of(stored("pss-sha1.pem"));
        var authorities = List.of(new ModelSigners.Authority("company", stored("pss-root.pem")));
        assertThatThrownBy(() -> SignerCertificate.verified(chain, authorities))
                .isInstanceOf(PullException.class)
                .hasMessageContaining("CN=signer is signed with RSASSA-PSS.");
        assertThat(SignerCertificate.verified(List.of(stored("pss-sha256.pem")), authorities)
                        .name())
                .isEqualTo("company: CN=signer");
    }

    private static X509Certificate stored(String name) throws Exception {
        try (InputStream in = Objects.requireNonNull(SignerCertificateTest.class.getResourceAsStream(name))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Test
    void anAuthorityThatHasExpiredIsNone() throws Exception {
        trust("past-root", "another");
        assertRefused(bundle("of-past-root", "of-past-root"), "CN=past-root is valid only from");
        assertThat(verify(bundle("team", "team", "middle"))).isEqualTo("company: CN=team");
    }

    @Test
    void thePathLengthOfAnAuthorityIsKept() throws Exception {
        trust("short-root", "another");
        assertThat(verify(bundle("of-short-root", "of-short-root"))).isEqualTo("another: CN=of-short-root");
        assertRefused(bundle("of-too-far", "of-too-far", "too-far"), "no known authority");
    }

    @Test
    void nameConstraintsApplyOnTheWayOnly() throws Exception {
        assertRefused(bundle("of-for-x", "of-for-x", "for-x"), "no known authority");
        trust("for-x", "another");
        assertThat(verify(bundle("of-for-x", "of-for-x"))).isEqualTo("another: CN=of-for-x");
    }

    @Test
    void theFirstAuthorityOfSeveralIsNamed() throws Exception {
        trust("middle", "another");
        assertThat(verify(bundle("team", "team", "middle", "root"))).isEqualTo("another: CN=team");
    }

    @Test
    void aKeyIsNoAuthorityAndASignerIsNone() throws Exception {
        Files.delete(signers.resolve("company.pem"));
        Files.writeString(
                signers.resolve("key.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getCertificate("team")
                                        .getPublicKey()
                                        .getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        assertRefused(bundle("team", "team", "middle"), "no authority is known");
        trust("team", "company");
        assertRefused(bundle("team", "team", "middle"), "company.pem is no certificate of an authority");
    }

    private void assertRefused(String bundle, String why) {
        assertThatThrownBy(() -> verify(bundle))
                .isInstanceOf(PullException.class)
                .hasMessageContaining(why);
    }

    private String verify(String bundle) {
        return new ModelSignature(signers)
                .verify(bundle.getBytes(StandardCharsets.UTF_8), FILES)
                .signer();
    }

    /** @param chain whose certificates it has */
    private static String bundle(String signer, String... chain) throws Exception {
        var key = (PrivateKey) store.getKey(signer, PASSWORD.toCharArray());
        var keys = new KeyPair(store.getCertificate(signer).getPublicKey(), key);
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        String certificates =
                Arrays.stream(chain).map(SignerCertificateTest::raw).collect(Collectors.joining(", "));
        return ModelSignatureTest.bundle(keys, algorithm, FILES)
                .replace(
                        "\"publicKey\": {\"hint\": \"\"}",
                        "\"x509CertificateChain\": {\"certificates\": [" + certificates + "]}");
    }

    private static String raw(String alias) {
        try {
            Certificate certificate = store.getCertificate(alias);
            return "{\"rawBytes\": \"" + Base64.getEncoder().encodeToString(certificate.getEncoded()) + "\"}";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
