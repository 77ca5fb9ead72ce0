package io.baseload.engine.parallel;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CPUs to which threads of this process are pinned, so that no other Baseload on the machine uses them for its own: a process that has claimed CPU n holds a lock on byte n of {@code
 * baseload-cpus.lock} in the folder for temporary files. The system releases the lock when the process ends, in whatever way. Processes that don't share the folder, in containers for
 * example, don't see each other's claims; then {@link WorkerCount} notices that they disturb each other, and the threads are unpinned.
 */
final class CpuClaims implements AutoCloseable {
    private static final Logger LOG = System.getLogger(CpuClaims.class.getName());
    private static final Path FILE = Path.of(System.getProperty("java.io.tmpdir"), "baseload-cpus.lock");

    /** One for the process. Never closed, because closing any channel of a file releases all of the process's locks on it. */
    private static @Nullable FileChannel shared;

    private final List<FileLock> locks = new ArrayList<>();
    private final List<Integer> cpus = new ArrayList<>();

    private CpuClaims() {}

    /** Claims up to {@code count} of these CPUs: the first ones that aren't claimed. */
    static CpuClaims of(List<Integer> candidates, int count) {
        CpuClaims claims = new CpuClaims();
        for (int cpu : candidates) {
            if (claims.cpus.size() < count) {
                claims.claim(cpu);
            }
        }
        return claims;
    }

    private void claim(int cpu) {
        try {
            FileLock lock = channel().tryLock(cpu, 1, false);
            if (lock != null) {
                locks.add(lock);
                cpus.add(cpu);
            }
        } catch (OverlappingFileLockException ours) {
            LOG.log(Level.DEBUG, "CPU {0} is claimed by another team of this process", cpu);
        } catch (IOException | RuntimeException unavailable) {
            LOG.log(Level.DEBUG, "CPU " + cpu + " can't be claimed", unavailable);
        }
    }

    private static synchronized FileChannel channel() throws IOException {
        FileChannel channel = shared;
        if (channel == null) {
            channel = open();
            shared = channel;
        }
        return channel;
    }

    /** The first process creates the file, for all users. */
    private static FileChannel open() throws IOException {
        try {
            Files.createFile(FILE);
            Files.setPosixFilePermissions(FILE, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (FileAlreadyExistsException usual) {
            LOG.log(Level.DEBUG, "CPUs are claimed in {0}", FILE);
        }
        if (!Files.isRegularFile(FILE, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(FILE + " is not a file"); // opening a pipe would wait for a reader
        }
        return FileChannel.open(FILE, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    /** The claimed CPUs. */
    List<Integer> cpus() {
        return cpus;
    }

    @Override
    public void close() {
        for (FileLock lock : locks) {
            try {
                lock.release();
            } catch (IOException gone) {
                LOG.log(Level.DEBUG, "a claim can't be released", gone);
            }
        }
    }
}
