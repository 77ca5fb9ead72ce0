package io.baseload.service.database;

import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;

/** Sets up the embedded PostgreSQL as its superuser, before the migrations run: durability, two roles, one database. */
final class DatabaseRoles {
    static final String DATABASE = "baseload";
    static final Map<String, String> SETTINGS = Map.of(
            "fsync", "on",
            "synchronous_commit", "on",
            "full_page_writes", "on",
            "password_encryption", "scram-sha-256",
            "unix_socket_directories", "",
            "max_connections", "50",
            "shared_buffers", "64MB",
            "jit", "off");

    private DatabaseRoles() {}

    static void checkDurable(DataSource superuser) throws SQLException {
        try (var connection = superuser.getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery("SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
                                + " current_setting('full_page_writes')")) {
            row.next();
            for (int i = 1; i <= 3; i++) {
                if (!row.getString(i).equals("on")) {
                    throw new IllegalStateException("the embedded PostgreSQL is not durable: "
                            + row.getMetaData().getColumnName(i) + " = " + row.getString(i));
                }
            }
        }
    }

    /** The owner migrates; the application has the rights that {@code R__rights.sql} grants. */
    static void create(DataSource superuser, String ownerPassword, String applicationPassword) throws SQLException {
        try (var connection = superuser.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(role(EmbeddedDatabase.OWNER, ownerPassword));
            statement.execute(role(EmbeddedDatabase.APPLICATION, applicationPassword));
            try (var row =
                    statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '%s'".formatted(DATABASE))) {
                if (row.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE %s OWNER %s".formatted(DATABASE, EmbeddedDatabase.OWNER));
            statement.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC".formatted(DATABASE));
            statement.execute("GRANT CONNECT ON DATABASE %s TO %s".formatted(DATABASE, EmbeddedDatabase.APPLICATION));
        }
    }

    private static String role(String name, String password) {
        return """
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s LOGIN; END IF;
              ALTER ROLE %1$s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '%2$s';
            END $$\
            """.formatted(name, password);
    }
}
