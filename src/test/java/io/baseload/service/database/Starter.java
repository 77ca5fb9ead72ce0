package io.baseload.service.database;

import java.nio.file.Path;

/** A service that only starts its database, and then waits to be killed. */
final class Starter {
    private Starter() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (var database = EmbeddedDatabase.start(BaseloadHome.at(Path.of(arguments[0])))) {
            System.out.println("port " + database.port());
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
