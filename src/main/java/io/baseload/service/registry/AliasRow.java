package io.baseload.service.registry;

import java.time.Instant;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** A name that points to a model. */
@Table("alias")
record AliasRow(@Id String name, String model, Instant createdAt) {}
