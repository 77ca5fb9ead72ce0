package io.baseload.service.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code pg_hba.conf} of the embedded PostgreSQL: passwords only, from this machine only. */
final class AccessRules {
    /** Marks the folder as complete, also those of earlier versions: never change it. */
    private static final String TITLE = "# Baseload: a password from this machine, nothing else.";

    private static final String RULES = TITLE + """

        host  all  all  127.0.0.1/32  scram-sha-256
        host  all  all  ::1/128       scram-sha-256
        """;

    private AccessRules() {}

    static void write(Path data) {
        try {
            Files.writeString(data.resolve("pg_hba.conf"), RULES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean areIn(Path data) throws IOException {
        var file = data.resolve("pg_hba.conf");
        return Files.exists(file) && Files.readString(file).startsWith(TITLE);
    }
}
