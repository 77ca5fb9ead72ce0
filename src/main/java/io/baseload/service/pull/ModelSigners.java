package io.baseload.service.pull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Who may sign models, as the files {@code NAME.pem} in a folder say: the owners of public keys, and those to whom authorities have given certificates for code signing. */
final class ModelSigners {
    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

    private final Path folder;

    ModelSigners(Path folder) {
        this.folder = folder;
    }

    /**
     * A signer.
     *
     * @param name as the trail has it
     */
    record Signer(String name, ECPublicKey key) {}

    /** An authority, whose name is that of its file. */
    record Authority(String name, X509Certificate certificate) {}

    /**
     * Who may have made a signature.
     *
     * @param material the bundle's {@code verificationMaterial}
     * @throws PullException if it has a certificate that is not good, or nobody is known
     */
    List<Signer> of(JsonNode material) {
        List<Path> files = files();
        if (files.isEmpty()) {
            throw new PullException(
                    "No signer is known: there is no file NAME.pem in the folder " + folder.getFileName() + ".");
        }
        List<X509Certificate> chain = SignerCertificate.chain(material);
        List<Signer> keys = new ArrayList<>();
        List<Authority> authorities = new ArrayList<>();
        files.forEach(file -> read(file, keys, authorities));
        return chain.isEmpty() ? keys : List.of(SignerCertificate.verified(chain, authorities));
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".pem"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("the keys of signers can't be read", e);
    }

    private static void read(Path file, List<Signer> keys, List<Authority> authorities) {
        String name = file.getFileName().toString().replaceFirst("\\.pem$", "");
        try {
            String pem = Files.readString(file);
            if (pem.contains(CERTIFICATE)) {
                certificates(file, pem).forEach(each -> authorities.add(new Authority(name, each)));
            } else {
                keys.add(new Signer(name, key(file, pem)));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static List<X509Certificate> certificates(Path file, String pem) {
        try {
            var in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
            List<X509Certificate> all = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.stream().allMatch(one -> one.getBasicConstraints() >= 0)) {
                return all;
            }
        } catch (GeneralSecurityException e) {
            // refused below
        }
        throw new PullException("The file " + file.getFileName() + " is no certificate of an authority in PEM.");
    }

    private static ECPublicKey key(Path file, String pem) {
        try {
            String base64 =
                    pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
            var spec = new X509EncodedKeySpec(Base64.getDecoder().decode(base64));
            if (KeyFactory.getInstance("EC").generatePublic(spec) instanceof ECPublicKey key) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // refused below
        }
        throw new PullException("The file " + file.getFileName() + " is not an elliptic-curve public key in PEM.");
    }
}
