package io.baseload.service.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL as a child process of this service, used if no external one is configured: durable, with SCRAM passwords, on a random port of the loopback interface, and with its
 * data below {@link BaseloadHome}. If its process dies, it is started again on the same port.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    static final String OWNER = "baseload_owner";
    static final String APPLICATION = "baseload_app";
    /** After a crash it first reads its log, which may take minutes on a slow disk. */
    private static final Duration STARTUP = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private final Path home;
    private final Path data;
    private final FileChannel lock;
    private volatile EmbeddedPostgres server;
    private volatile boolean closed;

    /** Starts the server and waits until it takes connections. */
    public static EmbeddedDatabase start(BaseloadHome home) {
        try {
            return new EmbeddedDatabase(home.path());
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL below " + home.path() + " does not start", e);
        }
    }

    private EmbeddedDatabase(Path home) throws IOException {
        this.home = home;
        this.data = home.resolve("pg");
        this.lock = lock(home.resolve("pg.lock"));
        try {
            setUnfinishedAside();
            Postmaster.stop(data);
            server = boot(0);
            prepare();
            watch();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    public String url() {
        return "jdbc:postgresql://localhost:" + port() + "/" + DatabaseRoles.DATABASE;
    }

    public int port() {
        return server.getPort();
    }

    /** The password of a role, created at first use. */
    public String password(String role) {
        return new PrivateFile(home.resolve("secrets").resolve(role)).password();
    }

    @Override
    public void close() {
        closed = true;
        stop();
    }

    private synchronized void stop() {
        try (lock) {
            if (server != null) {
                server.close(); // has given up after five seconds if much had to be written
                Postmaster.stop(data);
            }
        } catch (IOException e) {
            log.warn("The embedded PostgreSQL was not stopped cleanly", e);
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            log.debug("locked within this process", e);
        }
        channel.close();
        throw new IOException("another service runs on " + file.getParent());
    }

    /** initdb writes {@code postgresql.conf} early; our access rules come last. If they are missing, the first start was interrupted, and the folder can't have any data. */
    private void setUnfinishedAside() throws IOException {
        if (Files.exists(data) && !AccessRules.areIn(data)) {
            var aside = home.resolve("pg-unfinished-" + System.currentTimeMillis());
            log.warn("{} was left incomplete by an earlier start; it is now {}", data, aside);
            Files.move(data, aside);
        }
    }

    private EmbeddedPostgres boot(int port) throws IOException {
        var superuser = password("postgres"); // initdb reads it from the file
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setOverrideWorkingDirectory(home.resolve("pg-bin").toFile())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(STARTUP)
                .setConnectConfig("password", superuser)
                .setLocaleConfig("auth", "scram-sha-256")
                .setLocaleConfig(
                        "pwfile", home.resolve("secrets").resolve("postgres").toString())
                .setLocaleConfig("locale", "C")
                .setDataDirectoryCustomizer((File folder) -> AccessRules.write(folder.toPath()));
        DatabaseRoles.SETTINGS.forEach(builder::setServerConfig);
        var started = (port == 0 ? builder : builder.setPort(port)).start();
        if (Files.isDirectory(home.resolve("pg-bin"))) { // a second server of this JVM runs the first one's
            HomeRights.securePrograms(home.resolve("pg-bin"));
        }
        return started;
    }

    private void prepare() throws IOException {
        try {
            DatabaseRoles.checkDurable(server.getPostgresDatabase());
            DatabaseRoles.create(server.getPostgresDatabase(), password(OWNER), password(APPLICATION));
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private void watch() throws IOException {
        var postmaster = Postmaster.find(data).orElseThrow(() -> new IOException("PostgreSQL exited at once"));
        var unused = postmaster.onExit().thenRunAsync(this::restart);
    }

    /** One attempt per second; the first also frees the dead server's handle. */
    private void restart() {
        while (!closed) {
            log.error("The embedded PostgreSQL has ended; starting it again");
            try {
                revive();
                return;
            } catch (IOException | RuntimeException e) {
                log.error("The embedded PostgreSQL does not start", e);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
        }
    }

    private synchronized void revive() throws IOException {
        if (!closed) {
            server.close();
            server = boot(server.getPort());
            watch();
        }
    }
}
