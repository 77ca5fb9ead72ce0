package io.baseload.service.audit;

import io.baseload.service.database.BaseloadHome;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the audit trail. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AuditProperties.class)
public class AuditConfiguration {

    @Bean
    AuditTrail auditTrail(JdbcClient jdbc) {
        return new AuditTrail(jdbc);
    }

    @Bean
    DeniedAccess deniedAccess(AuditTrail trail) {
        return new DeniedAccess(trail::append);
    }

    /** @param further anchors that other rooms bring */
    @Bean
    Checkpoints checkpoints(
            AuditTrail trail,
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            BaseloadHome home,
            AuditProperties properties,
            ObjectProvider<Anchor> further) {
        var rows = new TrailRows(jdbc);
        var file = Optional.ofNullable(properties.anchor().file()).map(CheckpointFile::new);
        List<Anchored> anchors = Stream.concat(file.stream(), further.orderedStream())
                .map(anchor -> new Anchored(anchor, Instant.now()))
                .toList();
        return new Checkpoints(
                trail,
                rows,
                new TransactionTemplate(transactions),
                Objects.requireNonNullElseGet(properties.origin(), () -> "baseload/" + rows.logId()),
                Objects.requireNonNullElse(properties.keyFile(), home.resolve("audit-key.pem")),
                new TrustedKeys(home.resolve(TrustedKeys.FILE), properties.trustedKeys()),
                new SignedTrail(home.path()),
                anchors,
                new CheckpointFile(home.resolve(SignedTrail.CHECKPOINTS)));
    }

    @Bean
    CheckpointSchedule checkpointSchedule(
            Checkpoints checkpoints, AuditRetention retention, DeniedAccess deniedAccess) {
        return new CheckpointSchedule(checkpoints, retention, deniedAccess);
    }

    @Bean
    AuditProofs auditProofs(JdbcClient jdbc, Checkpoints checkpoints) {
        return new AuditProofs(new TrailRows(jdbc), checkpoints);
    }

    @Bean
    AuditExport auditExport(JdbcClient jdbc, AuditProofs proofs) {
        return new AuditExport(new TrailRows(jdbc), proofs);
    }

    @Bean
    AuditRetention auditRetention(
            AuditTrail trail,
            JdbcClient jdbc,
            Checkpoints checkpoints,
            AuditExport export,
            PlatformTransactionManager transactions,
            BaseloadHome home,
            AuditProperties properties) {
        return new AuditRetention(
                trail,
                new TrailRows(jdbc),
                checkpoints,
                export,
                new TransactionTemplate(transactions),
                Objects.requireNonNullElse(properties.archive(), home.resolve("audit-archive")));
    }

    @Bean
    AuditVerifier auditVerifier(JdbcClient jdbc, Checkpoints checkpoints) {
        return new AuditVerifier(new TrailRows(jdbc), checkpoints);
    }
}
