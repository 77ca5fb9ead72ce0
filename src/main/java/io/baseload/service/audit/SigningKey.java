package io.baseload.service.audit;

import io.baseload.service.database.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/**
 * An Ed25519 key that signs checkpoints, or cosigns those of others: PKCS #8 in PEM, mode 600, with its public key next to it as {@code .pub.pem}. It is never in the database, so
 * that somebody who can rewrite the trail can't sign it.
 */
final class SigningKey {
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey privateKey;
    private final VerifierKey verifier;

    private SigningKey(PrivateKey privateKey, VerifierKey verifier) {
        this.privateKey = privateKey;
        this.verifier = verifier;
    }

    /** The key in this file, created if there is none. */
    static SigningKey in(Path file, String name) {
        return in(file, VerifierKey.Type.NOTE, name);
    }

    static SigningKey in(Path file, VerifierKey.Type type, String name) {
        var privateFile = new PrivateFile(file);
        try {
            if (privateFile.read().isEmpty()) {
                generate(file);
            }
            var key = read(file, type, name);
            if (!key.isPair() && Files.exists(publicHalf(successor(file)))) {
                Files.move(publicHalf(successor(file)), publicHalf(file), StandardCopyOption.REPLACE_EXISTING);
                key = read(file, type, name);
            }
            if (!key.isPair()) {
                throw new IllegalStateException(publicHalf(file) + " is not the public half of " + file);
            }
            return key;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(file + " or " + publicHalf(file) + " is not an Ed25519 key in PEM", e);
        } catch (IOException e) {
            throw new UncheckedIOException(publicHalf(file) + " can't be read", e);
        }
    }

    /** The file of the key that will replace this one. */
    static Path successor(Path file) {
        return file.resolveSibling("next-" + file.getFileName());
    }

    /** Installs the successor. A crash between the two files is repaired at the next start. */
    static void replace(Path file) {
        try {
            Files.move(successor(file), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.move(publicHalf(successor(file)), publicHalf(file), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be replaced", e);
        }
    }

    private boolean isPair() {
        byte[] line = sign("").signature();
        return verifier.hasSigned("", Arrays.copyOfRange(line, 4, line.length));
    }

    private static SigningKey read(Path file, VerifierKey.Type type, String name)
            throws GeneralSecurityException, IOException {
        byte[] der = Base64.getMimeDecoder()
                .decode(new PrivateFile(file).read().orElseThrow().replaceAll("-----[A-Z ]+-----", ""));
        return new SigningKey(
                KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(der)),
                VerifierKey.ofPem(type, name, Files.readString(publicHalf(file))));
    }

    /** {@code audit-key.pub.pem} for {@code audit-key.pem}. */
    static Path publicHalf(Path file) {
        return file.resolveSibling(String.valueOf(file.getFileName()).replaceFirst("(\\.pem)?$", ".pub.pem"));
    }

    VerifierKey verifier() {
        return verifier;
    }

    SignedNote.SignatureLine sign(String text) {
        var line = ByteBuffer.allocate(4 + Long.BYTES + 64).put(verifier.idBytes());
        if (verifier.type() == VerifierKey.Type.COSIGNATURE) {
            long now = Instant.now().getEpochSecond();
            line.putLong(now).put(signature(VerifierKey.cosigned(text, now)));
        } else {
            line.put(signature(text));
        }
        return new SignedNote.SignatureLine(verifier.name(), Arrays.copyOf(line.array(), line.position()));
    }

    private byte[] signature(String text) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    /** The public file first: after a crash between the two a new pair is created, and there is never a private key whose public key is lost. */
    private static void generate(Path file) throws GeneralSecurityException, IOException {
        var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        Files.writeString(
                publicHalf(file),
                VerifierKey.of(VerifierKey.Type.NOTE, "any", pair.getPublic()).pem());
        var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        new PrivateFile(file)
                .write("-----BEGIN PRIVATE KEY-----\n"
                        + lines.encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----");
    }
}
