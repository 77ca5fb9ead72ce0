package io.baseload.service.pull;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Unpacks a layer's archive: plain files only, none outside of the folder, no more than the disk holds. */
final class TarFiles {
    private static final int BUFFER = 1 << 18;
    private static final int MAX_FILES = 1000;

    /** Names, headers and whatever else an archive has beside its files. Some of it is read into memory. */
    private static final long MAX_OTHER = 16L << 20;

    private final DiskGrowth growth;
    private final Stop stop;
    private long other;

    TarFiles(DiskGrowth growth, Stop stop) {
        this.growth = growth;
        this.stop = stop;
    }

    List<FileDownload.Done> unpack(Path archive, RemoteFile.Packing packing, Path folder) {
        List<FileDownload.Done> files = new ArrayList<>();
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
                InputStream plain = decompressed(raw, packing);
                var tar = new TarArchiveInputStream(new Counted(plain))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isDirectory()) {
                    continue;
                }
                String name = entry.getName().replaceFirst("^(\\./)+", "");
                byte kind = entry.getLinkFlag(); // isFile() holds for links too
                if ((kind != TarConstants.LF_NORMAL && kind != TarConstants.LF_OLDNORM) || entry.isSparse()) {
                    throw new PullException("The archive has an entry that is not a plain file: '" + name + "'.");
                }
                RemoteFile.checkName(name);
                if (files.size() == MAX_FILES) {
                    throw new PullException("The archive has more than " + MAX_FILES + " files.");
                }
                files.add(write(tar, folder.resolve(name)));
            }
            return files;
        } catch (IOException e) {
            throw new PullException(archive.getFileName() + " can't be unpacked: " + e.getMessage(), e);
        }
    }

    private static InputStream decompressed(InputStream raw, RemoteFile.Packing packing) throws IOException {
        return switch (packing) {
            case NONE, TAR -> raw;
            case TAR_GZIP -> new GZIPInputStream(raw, BUFFER);
            case TAR_ZSTD -> new ZstdInputStreamNoFinalizer(raw);
        };
    }

    private FileDownload.Done write(InputStream content, Path target) throws IOException {
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        var running = new Digest.Running(Digest.Kind.SHA256, 0);
        byte[] buffer = new byte[BUFFER];
        long written = 0;
        try (OutputStream out = Files.newOutputStream(target)) {
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                stop.check();
                growth.add(n);
                other -= n;
                store(out, buffer, n, target);
                running.update(buffer, n);
                written += n;
            }
        }
        return new FileDownload.Done(target, written, running.end().sha256());
    }

    /** Counts what is unpacked as other than files; whoever reads a file takes its bytes off again. */
    private final class Counted extends InputStream {
        private final InputStream in;

        Counted(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            stop.check();
            int n = in.read(target, offset, length);
            other += Math.max(n, 0);
            if (other > MAX_OTHER) {
                throw new PullException(
                        "The archive has more than " + (MAX_OTHER >> 20) + " MB beside its files' contents.");
            }
            return n;
        }
    }

    /** A full disk is not the archive's fault. */
    private static void store(OutputStream out, byte[] bytes, int count, Path target) {
        try {
            out.write(bytes, 0, count);
        } catch (IOException e) {
            throw new UncheckedIOException(target.getFileName() + " can't be written: " + e.getMessage(), e);
        }
    }
}
