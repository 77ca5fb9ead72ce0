package io.baseload.service.encryption;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.service.database.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Finds the master key: in the configured file; otherwise, if this process has its own database, in a file of the home that the first start creates. Several processes on one
 * database need the same key, so with an external database none is created.
 */
@Configuration(proxyBeanMethods = false)
public class EncryptionConfiguration {
    private static final Logger log = LoggerFactory.getLogger(EncryptionConfiguration.class);

    @Bean
    MasterKeys masterKeys(
            @Value("${baseload.encryption.key-file:#{null}}") @Nullable Path file,
            BaseloadHome home,
            ObjectProvider<EmbeddedDatabase> embedded) {
        if (file != null) {
            return read(file);
        }
        if (embedded.getIfAvailable() == null) {
            log.warn("There is no master key, because the database is external and baseload.encryption.key-file is not"
                    + " set: stored responses, files, batches, kept contents and backends' api_key are refused");
            return MasterKeys.of(List.of());
        }
        var own = new PrivateFile(home.resolve("secrets").resolve("master-key"));
        return MasterKeys.of(List.of(
                own.readOrCreate(() -> Base64.getEncoder().encodeToString(SealingKey.random(SealingKey.BYTES)))));
    }

    private static MasterKeys read(Path file) {
        try {
            List<String> keys = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("it is empty");
            }
            return MasterKeys.of(keys);
        } catch (IOException e) {
            throw new UncheckedIOException("baseload.encryption.key-file " + file + " can't be read", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "baseload.encryption.key-file " + file + " must have 32 bytes in Base64 in each line, as 'openssl"
                            + " rand -base64 32' prints them: " + e.getMessage(),
                    e);
        }
    }
}
