package io.baseload.engine.store;

import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CancellationException;

/** Copies a file and hashes what it writes; the copy is on the disk, and read-only, when it returns. */
final class HashingCopy {
    private static final int CHUNK = 1 << 20;

    private HashingCopy() {}

    /** Returns the copy's SHA-256 in hexadecimal. */
    static String copy(Path source, Path target, Progress progress) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel in = openSource(source);
                FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            pump(in, out, digest, progress);
            out.force(true);
        }
        if (!target.toFile().setReadOnly()) {
            throw new IOException("can't make " + target + " read-only");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void pump(FileChannel in, FileChannel out, MessageDigest digest, Progress progress)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        long total = in.size();
        for (long done = 0; in.read(buffer.clear()) > 0; done += buffer.position()) {
            digest.update(buffer.flip());
            buffer.rewind();
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            if (!progress.at(done + buffer.position(), total)) {
                throw new CancellationException(
                        "the import was cancelled after " + (done + buffer.position()) + " bytes");
            }
        }
    }

    private static FileChannel openSource(Path source) {
        try {
            return FileChannel.open(source, StandardOpenOption.READ);
        } catch (IOException e) {
            throw ModelFileException.unreadable(source, e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
