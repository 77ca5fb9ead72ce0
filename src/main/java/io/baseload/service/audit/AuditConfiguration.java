package io.baseload.service.audit;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.LongReads;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the audit trail. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AuditProperties.class)
public class AuditConfiguration {
    private static final Logger log = LoggerFactory.getLogger(AuditConfiguration.class);

    @Bean
    AuditTrail auditTrail(JdbcClient jdbc, TransactionOperations transactions) {
        return new AuditTrail(jdbc, new LongReads(jdbc, transactions, AuditTrail.LIMIT));
    }

    @Bean
    DeniedAccess deniedAccess(AuditTrail trail) {
        return new DeniedAccess(trail::append);
    }

    /** @param further anchors contributed by other rooms */
    @Bean
    Checkpoints checkpoints(
            AuditTrail trail,
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            BaseloadHome home,
            AuditProperties properties,
            ObjectProvider<Anchor> further,
            ObjectProvider<WitnessAnchor.Transport> transport) {
        var rows = new TrailRows(jdbc);
        var memory = new SignedTrail(home.path());
        if (properties.keyFile() != null && properties.anchor().file() == null && !memory.exists()) {
            log.warn("This home remembers no signature by the key of baseload.audit.key-file, and there is no"
                    + " baseload.audit.anchor.file: nobody would notice here that the audit trail was cut or rewritten"
                    + " before this start.");
        }
        var file = Optional.ofNullable(properties.anchor().file()).map(CheckpointFile::new);
        var witnesses = properties.witnesses().stream()
                .map(it -> new WitnessAnchor(
                        it.url(), VerifierKey.parse(VerifierKey.Type.COSIGNATURE, it.key()), transport.getObject()));
        List<AnchorStatus> anchors = Stream.of(file.stream(), further.orderedStream(), witnesses)
                .<Anchor>flatMap(Function.identity())
                .map(anchor -> new AnchorStatus(anchor, Instant.now()))
                .toList();
        return new Checkpoints(
                trail,
                rows,
                new TransactionTemplate(transactions),
                origin(properties, rows),
                Objects.requireNonNullElse(properties.keyFile(), home.resolve("audit-key.pem")),
                new TrustedKeys(home.resolve(TrustedKeys.FILE), properties.trustedKeys()),
                memory,
                anchors,
                new CheckpointFile(home.resolve(SignedTrail.CHECKPOINTS)),
                properties.checkpointInterval(),
                new Closing(properties.callTimeout()));
    }

    private static String origin(AuditProperties properties, TrailRows rows) {
        return Objects.requireNonNullElseGet(properties.origin(), () -> "baseload/" + rows.logId());
    }

    @Bean
    Witness witness(JdbcClient jdbc, BaseloadHome home, AuditProperties properties) {
        return new Witness(
                home.resolve("audit-witness"),
                () -> SigningKey.in(
                        home.resolve("audit-witness-key.pem"),
                        VerifierKey.Type.COSIGNATURE,
                        Objects.requireNonNullElseGet(
                                properties.witnessName(), () -> origin(properties, new TrailRows(jdbc)) + "/witness")),
                properties.witnessOf().stream().map(VerifierKey::parse).toList());
    }

    @Bean
    CheckpointSchedule checkpointSchedule(
            Checkpoints checkpoints, AuditRetention retention, DeniedAccess deniedAccess, AuditProperties properties) {
        return new CheckpointSchedule(checkpoints, retention, deniedAccess, properties.checkpointInterval());
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
