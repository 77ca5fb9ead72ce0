package io.baseload.service.export;

import io.baseload.service.audit.AuditProperties.S3Properties;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.PropertyResolver;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;

/** The source of a bucket's credentials. They are read for each use, so that they can be replaced, and are kept nowhere else. */
record S3Credentials(S3Properties properties, PropertyResolver environment) {
    /** @throws IllegalStateException if there are none */
    AwsCredentialsIdentity read() {
        @Nullable Path file = properties.credentialsFile();
        Function<String, Optional<String>> source =
                file == null ? name -> Optional.ofNullable(environment.getProperty(name)) : section(file);
        Function<String, String> needed =
                name -> source.apply(name).orElseThrow(() -> new IllegalStateException(missing(name, file)));
        String id = needed.apply("AWS_ACCESS_KEY_ID");
        String secret = needed.apply("AWS_SECRET_ACCESS_KEY");
        return source.apply("AWS_SESSION_TOKEN")
                .<AwsCredentialsIdentity>map(token -> AwsSessionCredentialsIdentity.create(id, secret, token))
                .orElseGet(() -> AwsCredentialsIdentity.create(id, secret));
    }

    /** Files use the same names in lower case. */
    private Function<String, Optional<String>> section(Path file) {
        var section = ProfileFile.builder()
                .content(file)
                .type(ProfileFile.Type.CREDENTIALS)
                .build()
                .profile(properties.profile());
        return name -> section.flatMap(it -> it.property(name.toLowerCase(Locale.ROOT)));
    }

    private String missing(String name, @Nullable Path file) {
        return file == null
                ? "the environment has no " + name
                : file + " has no " + name.toLowerCase(Locale.ROOT) + " in [" + properties.profile() + "]";
    }
}
