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

/** A PostgreSQL that outlived the service which had started it (kill -9); it holds the data folder. */
final class OrphanedPostmaster {
    private static final Logger log = LoggerFactory.getLogger(OrphanedPostmaster.class);
    private static final int PATIENCE_SECONDS = 20;

    private OrphanedPostmaster() {}

    /** The server that runs on this data folder now. A stale {@code postmaster.pid}, or one whose number another process got, gives nothing. */
    static Optional<ProcessHandle> find(Path data) throws IOException {
        var file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Files.readAllLines(file).stream()
                .findFirst()
                .map(String::strip)
                .filter(line -> line.matches("\\d{1,18}"))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .filter(process -> serves(process, data));
    }

    /** Asks it to stop once its clients are gone, then makes it. */
    static void stop(Path data) throws IOException {
        var found = find(data);
        if (found.isPresent()) {
            log.info(
                    "Stopping PostgreSQL {}, left by a service that was killed",
                    found.get().pid());
            found.get().destroy();
            if (!ended(found.get())) {
                found.get().destroyForcibly();
                ended(found.get());
            }
        }
    }

    private static boolean serves(ProcessHandle process, Path data) {
        var info = process.info();
        return info.command().filter(command -> command.endsWith("/postgres")).isPresent()
                && Arrays.stream(info.arguments().orElse(new String[0])).anyMatch(argument -> isSame(argument, data));
    }

    private static boolean isSame(String argument, Path data) {
        try {
            return argument.startsWith("/") && Files.isSameFile(Path.of(argument), data);
        } catch (IOException e) {
            return false; // an argument that is no path of an existing file
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
