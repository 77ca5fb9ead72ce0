package io.baseload.service.batch;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.MasterKeys;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires files and batches. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({FileProperties.class, BatchProperties.class})
class BatchConfiguration {
    @Bean
    FileStore fileStore(
            JdbcClient jdbc,
            Contents contents,
            MasterKeys keys,
            TransactionOperations transactions,
            AuditTrail audit,
            FileProperties properties) {
        return new FileStore(new FileRows(jdbc), new BatchRows(jdbc), contents, keys, transactions, audit, properties);
    }

    @Bean
    Batches batches(
            JdbcClient jdbc,
            FileStore files,
            Contents contents,
            TransactionOperations transactions,
            AuditTrail audit,
            BatchProperties properties) {
        return new Batches(new BatchRows(jdbc), files, contents, transactions, audit, properties);
    }

    @Bean
    UploadReceiver uploadReceiver(FileStore files, FileProperties properties) {
        return new UploadReceiver(files, properties);
    }

    @Bean
    FileErasure fileErasure(
            JdbcClient jdbc,
            FileStore files,
            Batches batches,
            Contents contents,
            TransactionOperations transactions,
            AuditTrail audit) {
        return new FileErasure(
                new FileRows(jdbc),
                new BatchRows(jdbc),
                new LineRows(jdbc),
                files,
                batches,
                contents,
                transactions,
                audit);
    }

    @Bean
    FileSweeper fileSweeper(FileStore files, Batches batches) {
        return new FileSweeper(files, batches);
    }
}
