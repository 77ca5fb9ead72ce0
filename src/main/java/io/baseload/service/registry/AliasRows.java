package io.baseload.service.registry;

import java.time.Instant;
import java.util.List;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.ListCrudRepository;

/** The table of aliases. It is kept beside that of models because an alias can't have the id of a model, and a model with an alias can't be deleted. */
public interface AliasRows extends ListCrudRepository<AliasRows.AliasRow, String> {
    @Query("SELECT * FROM alias WHERE name > :after ORDER BY name LIMIT :limit")
    List<AliasRow> page(String after, int limit);

    /** The local models of all names. */
    @Query("SELECT DISTINCT alias, local_model AS model FROM alias_target WHERE local_model IS NOT NULL ORDER BY alias")
    List<LocalTarget> local();

    /** Whether a name points to a local model, or has it as a canary. */
    @Query("SELECT EXISTS (SELECT FROM alias_target WHERE local_model = :model) OR EXISTS"
            + " (SELECT FROM canary WHERE model = :model AND backend IS NULL AND state = 'RUNNING')")
    boolean existsByModel(String model);

    /** A name that points to models. */
    @Table("alias")
    record AliasRow(@Id String name, Instant createdAt) {}

    /** A name and one of its local models. */
    record LocalTarget(String alias, String model) {}
}
