package io.baseload.service.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.ListCrudRepository;

/** The table of models. */
interface ModelRows extends ListCrudRepository<ModelRow, String> {
    @Query("SELECT * FROM model WHERE id > :after ORDER BY id LIMIT :limit")
    List<ModelRow> page(String after, int limit);

    @Query("SELECT * FROM model WHERE wanted <> 'NO' ORDER BY id")
    List<ModelRow> wanted();

    @Modifying
    @Query("UPDATE model SET sha256 = :sha256 WHERE id = :id")
    int restore(String id, String sha256);

    boolean existsBySha256(String sha256);

    @Modifying
    @Query("UPDATE model SET compute_precision = :computePrecision, kv_precision = :kvPrecision WHERE id = :id")
    int settle(String id, @Nullable String computePrecision, @Nullable String kvPrecision);

    @Modifying
    @Query("UPDATE model SET wanted = 'BY_ALIAS' WHERE id = :id AND wanted = 'NO'")
    int wantByAlias(String id);

    @Modifying
    @Query("UPDATE model SET wanted = :wanted WHERE id = :id")
    int want(String id, String wanted);
}
