package io.baseload.service.pull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Downloads one file, in as many requests as necessary, also across restarts. The part received so far is next to the file as {@code .NAME.part}, and its ETag as {@code .NAME.etag}; pulled files have no such names ({@link RemoteFile}).
 * A new request asks for the rest, on the condition that the ETag is unchanged; otherwise the server sends the whole file, and the earlier part is discarded. The digest is
 * computed as bytes arrive; the file gets its name when the digest is right. If it is wrong and several requests were needed, the file is downloaded once more from the beginning.
 */
final class FileDownload {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");
    private static final int BUFFER = 1 << 18;

    private final PullClient client;
    private final Authorization authorization;
    private final Bandwidth bandwidth;
    private final Retries retries;
    private final Stop stop;
    private final LongConsumer progress;
    private final RemoteFile file;
    private final Path target;
    private final Path part;
    private final Path etag;
    private long farthest;
    private boolean mixed; // the part comes from more than one answer

    /** @param progress receives the number of bytes that arrived, or a negative number of those discarded */
    FileDownload(
            PullClient client,
            Authorization authorization,
            Bandwidth bandwidth,
            Retries retries,
            Stop stop,
            LongConsumer progress,
            RemoteFile file,
            Path target) {
        this.client = client;
        this.authorization = authorization;
        this.bandwidth = bandwidth;
        this.retries = retries;
        this.stop = stop;
        this.progress = progress;
        this.file = file;
        this.target = target;
        this.part = part(target);
        this.etag = etag(target);
    }

    /** The partial content until the file is complete. */
    static Path part(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".part");
    }

    /** The ETag of the partial content. */
    static Path etag(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".etag");
    }

    /** A file that is complete. */
    record Done(Path path, long bytes, String sha256) {}

    Done run() {
        try {
            Optional<Done> there = there();
            return there.isPresent() ? there.get() : brought();
        } catch (IOException e) {
            throw new UncheckedIOException(target + " can't be written", e);
        }
    }

    private Optional<Done> there() throws IOException {
        if (!Files.isRegularFile(target)) {
            return Optional.empty();
        }
        Digest.Result result = hashed(target).end();
        if (!result.asked().equals(file.digest().hex())) {
            Files.delete(target);
            return Optional.empty();
        }
        progress.accept(Files.size(target));
        return Optional.of(new Done(target, Files.size(target), result.sha256()));
    }

    private Done brought() throws IOException {
        progress.accept(size());
        mixed = size() > 0;
        while (true) {
            Digest.Running running = whole();
            Digest.Result result = running.end();
            if (result.asked().equals(file.digest().hex())) {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
                Files.deleteIfExists(etag);
                return new Done(target, Files.size(target), result.sha256());
            }
            boolean again = mixed;
            drop();
            if (!again) {
                throw new PullException("The content of " + PullClient.shown(file.url())
                        + " is wrong: its digest is " + result.asked() + ", expected "
                        + file.digest().hex() + ".");
            }
        }
    }

    /** Requests until all bytes are there. */
    private Digest.Running whole() throws IOException {
        Digest.Running running = size() == 0 ? fresh() : hashed(part);
        boolean beyond = false;
        while (true) {
            long have = size();
            if (file.size() >= 0 && have == file.size() && have > 0) {
                return running;
            }
            if (have > Math.max(0, file.size()) && file.size() >= 0) {
                drop();
                running = fresh();
                have = 0;
            }
            PullClient.Reply reply;
            try {
                reply = client.get(file.url(), headers(have), authorization, stop);
            } catch (IOException e) {
                retries.failed(PullClient.shown(file.url()), e);
                continue;
            }
            try (reply) {
                if (reply.status() == 416) {
                    if (beyond) {
                        throw new PullException(
                                PullClient.shown(file.url()) + " has no content from byte " + have + " on.");
                    }
                    beyond = true;
                    if (file.size() < 0 && endsAt(reply, have)) {
                        return running;
                    }
                    drop();
                    running = fresh();
                    continue;
                }
                if (reply.status() == 206 && !beginsAt(reply, have)) {
                    throw new PullException(
                            PullClient.shown(file.url()) + " answered with a different part than requested.");
                }
                if (reply.status() == 200 && have > 0) {
                    drop();
                    running = fresh();
                    have = 0;
                }
                mixed |= have > 0;
                keepEtag(reply);
                try {
                    append(reply, have, running);
                    return running;
                } catch (BrokenOffException e) {
                    retries.failed(PullClient.shown(file.url()), e.reason());
                }
            }
        }
    }

    /** The failure was the server's, not the disk's. */
    private static final class BrokenOffException extends Exception {
        private final IOException reason;

        BrokenOffException(IOException reason) {
            super(reason);
            this.reason = reason;
        }

        IOException reason() {
            return reason;
        }
    }

    private void append(PullClient.Reply reply, long have, Digest.Running running)
            throws IOException, BrokenOffException {
        byte[] buffer = new byte[bandwidth.portion(BUFFER)];
        long at = have;
        try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int n = read(reply, buffer); n >= 0; n = read(reply, buffer)) {
                bandwidth.take(n);
                at += n;
                if (file.size() >= 0 && at > file.size()) {
                    throw new PullException(
                            PullClient.shown(file.url()) + " is longer than the " + file.size() + " announced bytes.");
                }
                out.write(buffer, 0, n);
                running.update(buffer, n);
                progress.accept(n);
                if (at > farthest) {
                    farthest = at;
                    retries.progressed();
                }
            }
        }
        if (file.size() >= 0 && at < file.size()) {
            throw new BrokenOffException(new IOException("ended after " + at + " of " + file.size() + " bytes"));
        }
    }

    private static int read(PullClient.Reply reply, byte[] buffer) throws BrokenOffException {
        try {
            return reply.body().read(buffer);
        } catch (IOException e) {
            throw new BrokenOffException(e);
        }
    }

    private Map<String, String> headers(long have) throws IOException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Accept-Encoding", "identity");
        if (have > 0) {
            headers.put("Range", "bytes=" + have + "-");
            if (Files.isRegularFile(etag)) {
                headers.put("If-Range", Files.readString(etag));
            }
        }
        return headers;
    }

    private static boolean beginsAt(PullClient.Reply reply, long have) {
        return reply.header("Content-Range")
                .map(CONTENT_RANGE::matcher)
                .filter(Matcher::matches)
                .filter(range -> range.group(1).equals(Long.toString(have)))
                .isPresent();
    }

    private static boolean endsAt(PullClient.Reply reply, long have) {
        return reply.header("Content-Range").equals(Optional.of("bytes */" + have));
    }

    /** Only a strong one proves that two answers are parts of the same content. */
    private void keepEtag(PullClient.Reply reply) throws IOException {
        Optional<String> strong = reply.header("ETag").filter(text -> text.startsWith("\""));
        if (strong.isPresent()) {
            Files.writeString(etag, strong.get());
        } else {
            Files.deleteIfExists(etag);
        }
    }

    private void drop() throws IOException {
        progress.accept(-size());
        Files.deleteIfExists(part);
        Files.deleteIfExists(etag);
        mixed = false;
    }

    private long size() throws IOException {
        return Files.isRegularFile(part) ? Files.size(part) : 0;
    }

    private Digest.Running fresh() {
        return new Digest.Running(file.digest().kind(), file.size());
    }

    private Digest.Running hashed(Path path) throws IOException {
        Digest.Running running = fresh();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(path)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                stop.check();
                running.update(buffer, n);
            }
        }
        return running;
    }
}
