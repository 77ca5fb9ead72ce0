package io.baseload.service.routing;

import io.baseload.service.routing.AliasRoute.AliasTarget;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table of the targets of names. */
@Component
final class AliasTargets {
    private final JdbcClient jdbc;

    AliasTargets(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** All names, in one query. */
    Map<String, AliasRoute> all() {
        Map<String, List<AliasTarget>> targets = new LinkedHashMap<>();
        jdbc.sql("SELECT alias, model, backend, weight, rank, min_prompt_tokens, max_prompt_tokens FROM alias_target"
                        + " ORDER BY alias, position")
                .query((row, number) -> targets.computeIfAbsent(row.getString("alias"), name -> new ArrayList<>())
                        .add(new AliasTarget(
                                row.getString("model"),
                                Optional.ofNullable(row.getString("backend")),
                                row.getInt("weight"),
                                row.getInt("rank"),
                                prompts(row))))
                .list();
        Map<String, AliasRoute> routes = new LinkedHashMap<>();
        targets.forEach((name, of) -> routes.put(name, new AliasRoute(of)));
        return routes;
    }

    private static PromptRange prompts(ResultSet row) throws SQLException {
        int min = row.getInt("min_prompt_tokens");
        int max = row.getInt("max_prompt_tokens");
        return new PromptRange(min, row.wasNull() ? OptionalInt.empty() : OptionalInt.of(max));
    }

    /** Points a name; within the caller's transaction. */
    void point(String name, AliasRoute route) {
        jdbc.sql("INSERT INTO alias (name, created_at) VALUES (:name, clock_timestamp())"
                        + " ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at")
                .param("name", name)
                .update();
        jdbc.sql("DELETE FROM alias_target WHERE alias = :name")
                .param("name", name)
                .update();
        insert(name, route);
    }

    /**
     * Points a name that doesn't exist yet; within the caller's transaction.
     *
     * @throws org.springframework.dao.DuplicateKeyException if it exists
     */
    void create(String name, AliasRoute route) {
        jdbc.sql("INSERT INTO alias (name, created_at) VALUES (:name, clock_timestamp())")
                .param("name", name)
                .update();
        insert(name, route);
    }

    private void insert(String name, AliasRoute route) {
        for (int i = 0; i < route.targets().size(); i++) {
            AliasTarget target = route.targets().get(i);
            jdbc.sql("INSERT INTO alias_target (alias, position, model, backend, weight, rank, min_prompt_tokens,"
                            + " max_prompt_tokens) VALUES (:name, :position, :model, :backend, :weight, :rank, :min,"
                            + " :max)")
                    .param("name", name)
                    .param("position", i)
                    .param("model", target.model())
                    .param("backend", target.backend().orElse(null))
                    .param("weight", target.weight())
                    .param("rank", target.rank())
                    .param("min", target.prompts().min())
                    .param(
                            "max",
                            target.prompts().max().isPresent()
                                    ? target.prompts().max().getAsInt()
                                    : null)
                    .update();
        }
    }

    /** A name and one of a backend's models that it uses. */
    record Use(String alias, String model) {}

    /** The names that point to a backend's models, or have one as their canary. */
    List<Use> usesOf(String backend) {
        return jdbc.sql("""
            SELECT alias, model FROM alias_target WHERE backend = :backend
            UNION SELECT alias, model FROM canary WHERE backend = :backend AND state = 'RUNNING'
            ORDER BY alias, model\
            """)
                .param("backend", backend)
                .query((row, number) -> new Use(row.getString("alias"), row.getString("model")))
                .list();
    }
}
