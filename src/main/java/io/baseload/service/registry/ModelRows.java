package io.baseload.service.registry;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.ListCrudRepository;

/** The table of models. */
public interface ModelRows extends ListCrudRepository<ModelRows.ModelRow, String> {
    @Query("SELECT * FROM model WHERE id > :after ORDER BY id LIMIT :limit")
    List<ModelRow> page(String after, int limit);

    @Query("SELECT * FROM model WHERE wanted <> 'NO' ORDER BY id")
    List<ModelRow> wanted();

    /** Whether nobody has set anything up: there are no models, no aliases and no backends. */
    @Query("SELECT NOT EXISTS (SELECT FROM model) AND NOT EXISTS (SELECT FROM alias) AND NOT EXISTS (SELECT FROM"
            + " backend)")
    boolean nothingIsSetUp();

    @Modifying
    @Query("UPDATE model SET sha256 = :sha256 WHERE id = :id")
    int restore(String id, String sha256);

    @Query("SELECT id FROM model WHERE pinned")
    List<String> pinned();

    @Modifying
    @Query("UPDATE model SET pinned = :pinned WHERE id = :id")
    int pin(String id, boolean pinned);

    boolean existsBySha256(String sha256);

    /** Waits for its turn with a content of the store, which ends with the transaction: of all processes that share the store and the database, only one at a time registers or deletes a content. */
    @Query("SELECT count(*) FROM pg_advisory_xact_lock(hashtext('model.sha256'), hashtext(:sha256))")
    int lockContent(String sha256);

    @Modifying
    @Query("UPDATE model SET compute_precision = :computePrecision, kv_precision = :kvPrecision WHERE id = :id")
    int settle(String id, @Nullable String computePrecision, @Nullable String kvPrecision);

    @Modifying
    @Query("UPDATE model SET wanted = :wanted WHERE id = :id AND wanted = 'NO'")
    int wantIfUnwanted(String id, String wanted);

    /**
     * No longer wants models that were loaded for an alias that never came to point to them, because the process that was to point it there ended before. While a job moves an
     * alias, its models may be loaded and have no alias yet.
     */
    @Modifying
    @Query("UPDATE model SET wanted = 'NO' WHERE wanted = 'BY_ALIAS' AND NOT EXISTS (SELECT FROM alias_target WHERE"
        + " local_model = model.id) AND NOT EXISTS (SELECT FROM canary WHERE canary.model = model.id AND backend IS"
        + " NULL AND state = 'RUNNING') AND NOT EXISTS (SELECT FROM job WHERE kind = 'ALIAS' AND state IN ('QUEUED',"
        + " 'RUNNING'))")
    int forgetUnused();

    @Modifying
    @Query("UPDATE model SET wanted = :wanted WHERE id = :id")
    int want(String id, String wanted);

    /**
     * A model on disk.
     *
     * @param computePrecision the precision of its linear layers; null: the service's setting
     * @param kvPrecision the number format of its KV cache; null likewise
     * @param pinned whether it stays in memory although nobody uses it, or others need room
     */
    @Table("model")
    record ModelRow(
            @Id String id,
            String sha256,
            String architecture,
            String format,
            long bytes,
            int contextLength,
            LoadDemand wanted,
            Instant createdAt,
            @Nullable Precision computePrecision,
            @Nullable KvPrecision kvPrecision,
            boolean pinned) {

        /** The same model with these settings replaced. */
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
                    kv.orElse(kvPrecision),
                    pinned);
        }
    }

    /** Whether a model should be in memory, also after a restart, and who wants that. */
    enum LoadDemand {
        NO,
        /** Loaded for an alias: unloaded with the last alias. */
        BY_ALIAS,
        /** Loaded by an operator: stays until an operator unloads it. */
        BY_OPERATOR
    }
}
