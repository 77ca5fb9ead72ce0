package io.baseload.service.audit;

import io.baseload.service.database.BaseloadHome;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the audit trail. */
@Configuration(proxyBeanMethods = false)
public class AuditConfiguration {

    @Bean
    AuditTrail auditTrail(JdbcClient jdbc) {
        return new AuditTrail(jdbc);
    }

    @Bean
    Checkpoints checkpoints(JdbcClient jdbc, BaseloadHome home) {
        return new Checkpoints(jdbc, CheckpointKey.in(home), home.resolve("audit-checkpoints.jsonl"));
    }

    @Bean
    CheckpointSchedule checkpointSchedule(Checkpoints checkpoints) {
        return new CheckpointSchedule(checkpoints);
    }

    @Bean
    AuditVerifier auditVerifier(JdbcClient jdbc, PlatformTransactionManager transactions, Checkpoints checkpoints) {
        var snapshot = new TransactionTemplate(transactions);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        snapshot.setReadOnly(true);
        return new AuditVerifier(jdbc, snapshot, checkpoints);
    }
}
