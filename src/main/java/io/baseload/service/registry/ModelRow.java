package io.baseload.service.registry;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * A model on disk.
 *
 * @param computePrecision what its linear layers compute with; null: as the service's settings say
 * @param kvPrecision how its KV cache stores keys and values; null likewise
 */
@Table("model")
record ModelRow(
        @Id String id,
        String sha256,
        String architecture,
        String format,
        long bytes,
        int contextLength,
        Wanted wanted,
        Instant createdAt,
        @Nullable Precision computePrecision,
        @Nullable KvPrecision kvPrecision) {

    /** The same model with what is given instead of what it has. */
    ModelRow loadedWith(Optional<Precision> precision, Optional<KvPrecision> kv) {
        return new ModelRow(
                id,
                sha256,
                architecture,
                format,
                bytes,
                contextLength,
                wanted,
                createdAt,
                precision.orElse(computePrecision),
                kv.orElse(kvPrecision));
    }
}
