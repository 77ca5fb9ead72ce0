package io.baseload.service.guardrail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table of guardrails: one row per tenant with all its filters. */
final class GuardrailRows {
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<FilterSettings>> FILTERS = new TypeReference<>() {};

    private final JdbcClient jdbc;

    GuardrailRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Map<String, List<FilterSettings>> all() {
        var all = new HashMap<String, List<FilterSettings>>();
        jdbc.sql("SELECT tenant, filters::text FROM guardrail").query(row -> {
            all.put(row.getString("tenant"), read(row.getString("filters")));
        });
        return all;
    }

    List<FilterSettings> of(String tenant) {
        return jdbc.sql("SELECT filters::text FROM guardrail WHERE tenant = ?")
                .param(tenant)
                .query(String.class)
                .optional()
                .map(GuardrailRows::read)
                .orElse(List.of());
    }

    private static List<FilterSettings> read(String filters) {
        return Objects.requireNonNull(JSON.readValue(filters, FILTERS));
    }

    void save(String tenant, List<FilterSettings> filters) {
        jdbc.sql("""
            INSERT INTO guardrail (tenant, filters) VALUES (:tenant, :filters::jsonb)
            ON CONFLICT (tenant) DO UPDATE SET filters = :filters::jsonb\
            """)
                .param("tenant", tenant)
                .param("filters", JSON.writerFor(FILTERS).writeValueAsString(filters))
                .update();
    }
}
