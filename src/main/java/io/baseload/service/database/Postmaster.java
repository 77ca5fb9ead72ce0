package io.baseload.service.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The PostgreSQL process that serves a data folder; it outlives a service that is killed. */
final class Postmaster {
    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);
    private static final String PID_FILE = "postmaster.pid";
    private static final int PATIENCE_SECONDS = 20;

    private Postmaster() {}

    /** The server that runs on this data folder now. */
    static Optional<ProcessHandle> find(Path data) throws IOException {
        return noted(data).filter(process -> serves(process, data));
    }

    /**
     * Asks it to stop once its clients are gone, then forces it. A {@code postmaster.pid} whose process id now belongs to another program is removed, because PostgreSQL would not
     * start beside it.
     */
    static void stop(Path data) throws IOException {
        var found = find(data);
        if (found.isPresent()) {
            log.info("Stopping PostgreSQL {} on {}", found.get().pid(), data);
            found.get().destroy();
            if (!ended(found.get())) {
                found.get().destroyForcibly();
                ended(found.get());
            }
        } else if (noted(data)
                .flatMap(process -> process.info().command())
                .filter(command -> !isPostgres(command))
                .isPresent()) {
            Files.delete(data.resolve(PID_FILE));
        }
    }

    private static Optional<ProcessHandle> noted(Path data) throws IOException {
        var file = data.resolve(PID_FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Files.readAllLines(file).stream()
                .findFirst()
                .map(String::strip)
                .filter(line -> line.matches("\\d{1,18}"))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)));
    }

    private static boolean serves(ProcessHandle process, Path data) {
        var info = process.info();
        return info.command().filter(Postmaster::isPostgres).isPresent()
                && Arrays.stream(info.arguments().orElse(new String[0])).anyMatch(argument -> isSame(argument, data));
    }

    private static boolean isPostgres(String command) {
        return command.endsWith("/postgres");
    }

    private static boolean isSame(String argument, Path data) {
        try {
            return argument.startsWith("/") && Files.isSameFile(Path.of(argument), data);
        } catch (IOException e) {
            return false; // an argument that is not the path of an existing file
        }
    }

    private static boolean ended(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
