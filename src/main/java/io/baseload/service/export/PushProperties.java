package io.baseload.service.export;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The targets to which the trail is sent. Only the configuration of the service decides that; operators can't.
 *
 * @param push each target
 */
@ConfigurationProperties("baseload.audit")
public record PushProperties(@DefaultValue List<Target> push) {
    private static final Set<String> SCHEMES = Set.of("https", "http", "syslog+tls");

    /**
     * @param name the name of its cursor: a new name starts anew
     * @param url {@code https://…}, {@code http://…}, or {@code syslog+tls://host:port}
     * @param format {@code jsonl} or {@code ocsf}
     * @param authorization the header of that name; only HTTP
     * @param sslBundle a bundle from {@code spring.ssl.bundle}: trusted certificates, and a client certificate; absent = Java's own
     */
    public record Target(
            String name,
            URI url,
            @DefaultValue("jsonl") String format,
            @Nullable String authorization,
            @Nullable String sslBundle) {
        public Target {
            if (name == null || !name.matches("[a-z0-9][a-z0-9._-]{0,62}")) {
                throw new IllegalArgumentException("baseload.audit.push.name must be small letters, digits, . _ and -");
            }
            if (url == null || !SCHEMES.contains(url.getScheme()) || url.getHost() == null) {
                throw new IllegalArgumentException(
                        "baseload.audit.push.url must be https://…, http://… or syslog+tls://host:port");
            }
            EntryFormat.of(format);
        }
    }
}
