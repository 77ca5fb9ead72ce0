package io.baseload.service.database;

import java.net.InetAddress;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/** Whether connections to the database are encrypted, and its server is verified. */
final class DatabaseEncryption {
    /** The driver's own that compare the server's certificate with authorities. */
    private static final Set<String> VERIFYING =
            Set.of("org.postgresql.ssl.LibPQFactory", "org.postgresql.ssl.DefaultJavaSSLFactory");

    private DatabaseEncryption() {}

    /** The missing protection, for the log; empty if the server is verified or on this machine. A URL that the driver doesn't understand is reported by the driver. */
    static Optional<String> missing(String url) {
        Map<String, String> parameters = parameters(url);
        String hosts = parameters.getOrDefault("PGHOST", "localhost");
        if (Stream.of(hosts.split(",")).allMatch(DatabaseEncryption::isThisMachine)) {
            return Optional.empty();
        }
        boolean ssl = parameters.getOrDefault("ssl", "false").matches("|true");
        return switch (parameters.getOrDefault("sslmode", ssl ? "verify-full" : "prefer")) {
            case "disable", "allow", "prefer" -> Optional.of("not verified and perhaps not encrypted");
            case "require" -> Optional.of("not verified");
            default ->
                VERIFYING.contains(parameters.getOrDefault("sslfactory", "org.postgresql.ssl.LibPQFactory"))
                        ? Optional.empty()
                        : Optional.of("not verified");
        };
    }

    /** As the driver reads them. */
    private static Map<String, String> parameters(String url) {
        var parameters = new HashMap<String, String>();
        try {
            for (DriverPropertyInfo parameter : DriverManager.getDriver(url).getPropertyInfo(url, new Properties())) {
                if (parameter.value != null) {
                    parameters.put(parameter.name, parameter.value);
                }
            }
        } catch (SQLException unknown) {
            return Map.of();
        }
        return parameters;
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
