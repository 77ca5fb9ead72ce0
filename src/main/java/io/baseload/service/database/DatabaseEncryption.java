package io.baseload.service.database;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.jdbc.SslMode;
import org.postgresql.util.PSQLException;

/** Whether connections to the database are encrypted, and its server is verified. */
final class DatabaseEncryption {
    private DatabaseEncryption() {}

    /** What is missing, for the log; empty if the server is verified or on this machine. A URL that the driver doesn't understand is reported by the driver. */
    static Optional<String> missing(String url) {
        Properties parsed = Driver.parseURL(url, new Properties());
        if (parsed == null || hosts(parsed).allMatch(DatabaseEncryption::isThisMachine)) {
            return Optional.empty();
        }
        try {
            SslMode mode = SslMode.of(parsed);
            return mode.verifyCertificate()
                    ? Optional.empty()
                    : Optional.of(mode.requireEncryption() ? "not verified" : "not verified and perhaps not encrypted");
        } catch (PSQLException unknownMode) {
            return Optional.empty();
        }
    }

    private static Stream<String> hosts(Properties parsed) {
        String hosts = PGProperty.PG_HOST.getOrDefault(parsed);
        return hosts == null ? Stream.empty() : Stream.of(hosts.split(","));
    }

    /** Without asking a name server, whose answer proves nothing. */
    private static boolean isThisMachine(String host) {
        String bare = host.replaceAll("^\\[|]$", "").toLowerCase(Locale.ROOT);
        if (bare.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }
}
