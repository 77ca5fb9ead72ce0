package io.baseload.service.audit;

import java.util.HashSet;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Walks over the whole trail, in one snapshot and without holding it in memory. */
public final class AuditVerifier {
    private static final int ROWS_AT_ONCE = 1000;

    private final JdbcClient jdbc;
    private final TransactionOperations snapshot;
    private final Checkpoints checkpoints;

    AuditVerifier(JdbcClient jdbc, TransactionOperations snapshot, Checkpoints checkpoints) {
        this.jdbc = jdbc;
        this.snapshot = snapshot;
        this.checkpoints = checkpoints;
    }

    public Verification verify() {
        return snapshot.execute(status -> walk());
    }

    private Verification walk() {
        var chain = new ChainCheck(checkpoints);
        var answers = new AnswersCheck(running());
        jdbc.sql("SELECT * FROM audit_entry ORDER BY seq")
                .withFetchSize(ROWS_AT_ONCE)
                .query(row -> {
                    var entry = AuditEntry.read(row);
                    chain.next(entry);
                    answers.next(entry);
                });
        jdbc.sql("SELECT seq, hash FROM audit_head").query(row -> {
            chain.end(row.getLong("seq"), row.getBytes("hash"));
        });
        return chain.verification(answers.completeness());
    }

    private Set<String> running() {
        return new HashSet<>(jdbc.sql("SELECT id::text FROM reservation WHERE state = 'open'")
                .query(String.class)
                .list());
    }
}
