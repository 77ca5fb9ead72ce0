package io.baseload.service.registry;

import java.time.Instant;
import java.util.List;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.ListCrudRepository;

/** The table of aliases. */
interface AliasRows extends ListCrudRepository<AliasRows.AliasRow, String> {
    @Query("SELECT * FROM alias WHERE name > :after ORDER BY name LIMIT :limit")
    List<AliasRow> page(String after, int limit);

    List<AliasRow> findByModelOrderByName(String model);

    boolean existsByModel(String model);

    @Modifying
    @Query("INSERT INTO alias (name, model, created_at) VALUES (:name, :model, clock_timestamp())"
            + " ON CONFLICT (name) DO UPDATE SET model = excluded.model, created_at = excluded.created_at")
    int point(String name, String model);

    /** A name that points to a model. */
    @Table("alias")
    record AliasRow(@Id String name, String model, Instant createdAt) {}
}
