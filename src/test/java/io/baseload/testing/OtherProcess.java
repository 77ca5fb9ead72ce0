package io.baseload.testing;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** A process that lives on the same database, as far as others can see: it reports only what the test says, and seems to renew its lease for a day. */
public final class OtherProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;
    private final UUID id = UUID.randomUUID();

    public OtherProcess(JdbcClient jdbc) {
        this.jdbc = jdbc;
        jdbc.sql("INSERT INTO instance (id, home, version, address, started_at, seen_at, lease_end, models, aliases)"
                        + " VALUES (?, gen_random_uuid(), 'test', 'elsewhere', clock_timestamp(),"
                        + " clock_timestamp() + interval '1 day',"
                        + " clock_timestamp() + interval '1 day', '[]', '{}')")
                .param(id)
                .update();
    }

    /** It has a model, and routes names to models. */
    public void reports(String model, String state, Map<String, String> aliases) {
        jdbc.sql("UPDATE instance SET models = ?::jsonb, aliases = ?::jsonb WHERE id = ?")
                .params(
                        JSON.writeValueAsString(List.of(Map.of("id", model, "state", state))),
                        JSON.writeValueAsString(aliases),
                        id)
                .update();
    }

    /** It was killed: its lease has not ended yet, but is no longer renewed. */
    public void falls() {
        jdbc.sql("UPDATE instance SET seen_at = clock_timestamp() - interval '1 minute' WHERE id = ?")
                .param(id)
                .update();
    }

    /** It has ended. */
    @Override
    public void close() {
        jdbc.sql("DELETE FROM instance WHERE id = ?").param(id).update();
    }
}
