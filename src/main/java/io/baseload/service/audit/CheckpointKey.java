package io.baseload.service.audit;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The Ed25519 key that signs checkpoints: {@code audit-key.pem} (PKCS #8, mode 600) and {@code audit-key.pub.pem} in the home, made at the first start. Never in
 * the database: whoever can rewrite the trail can't sign it.
 */
final class CheckpointKey {
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private CheckpointKey(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    static CheckpointKey in(BaseloadHome home) {
        var privateFile = new PrivateFile(home.resolve("audit-key.pem"));
        var publicFile = home.resolve("audit-key.pub.pem");
        try {
            if (privateFile.read().isEmpty()) {
                generate(privateFile, publicFile);
            }
            var factory = KeyFactory.getInstance(ALGORITHM);
            return new CheckpointKey(
                    factory.generatePrivate(
                            new PKCS8EncodedKeySpec(body(privateFile.read().orElseThrow()))),
                    factory.generatePublic(new X509EncodedKeySpec(body(Files.readString(publicFile)))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    privateFile.path() + " or " + publicFile + " is not an Ed25519 key in PEM", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] sign(byte[] statement) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(statement);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    boolean hasSigned(Checkpoint checkpoint) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(publicKey);
            signature.update(checkpoint.statement());
            return signature.verify(checkpoint.signature());
        } catch (GeneralSecurityException e) {
            return false; // a signature of the wrong length
        }
    }

    /** The public file first: a crash between the two then makes a new pair, and never a private key whose public half is lost. */
    private static void generate(PrivateFile privateFile, Path publicFile)
            throws GeneralSecurityException, IOException {
        var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        Files.writeString(publicFile, pem("PUBLIC KEY", pair.getPublic().getEncoded()) + "\n");
        privateFile.write(pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    private static String pem(String label, byte[] encoded) {
        var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + label + "-----\n" + lines.encodeToString(encoded) + "\n-----END " + label + "-----";
    }

    private static byte[] body(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }
}
