package io.baseload.service.export;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The progress of each target, and which process sends to it: a lease ensures that only one does, and that another one can take over. */
final class PushCursors {
    private final JdbcClient jdbc;
    private final Duration lease;

    PushCursors(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    /** The last entry that a target has, if this process may send to it now. */
    OptionalLong hold(String target, UUID holder) {
        var seq = jdbc.sql("""
            INSERT INTO audit_push AS p (target, seq, holder, held_until)
            VALUES (:target, 0, :holder, clock_timestamp() + :lease * interval '1 ms')
            ON CONFLICT (target) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
              WHERE p.holder = excluded.holder OR p.held_until < clock_timestamp()
            RETURNING seq\
            """)
                .param("target", target)
                .param("holder", holder)
                .param("lease", lease.toMillis())
                .query(Long.class)
                .optional();
        return seq.isPresent() ? OptionalLong.of(seq.get()) : OptionalLong.empty();
    }

    /** Does nothing if another process has taken over, which then sends the same batch again. */
    void advance(String target, UUID holder, long seq) {
        jdbc.sql("UPDATE audit_push SET seq = ? WHERE target = ? AND holder = ? AND seq < ?")
                .params(seq, target, holder, seq)
                .update();
    }

    /** Lets another process take over at once. */
    void release(UUID holder) {
        jdbc.sql("UPDATE audit_push SET held_until = clock_timestamp() WHERE holder = ?")
                .param(holder)
                .update();
    }

    /** The last entry of the trail. */
    long end() {
        return jdbc.sql("SELECT seq FROM audit_head").query(Long.class).single();
    }
}
