package io.baseload.service.registry;

import java.time.Instant;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** A model on disk. */
@Table("model")
record ModelRow(
        @Id String id,
        String sha256,
        String architecture,
        String format,
        long bytes,
        int contextLength,
        Wanted wanted,
        Instant createdAt) {}
