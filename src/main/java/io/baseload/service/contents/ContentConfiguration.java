package io.baseload.service.contents;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.encryption.MasterKeys;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires contents. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ResponseStoreProperties.class)
public class ContentConfiguration {
    @Bean
    Contents contents(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit, MasterKeys keys) {
        return new Contents(new ContentRows(jdbc), transactions, audit, keys);
    }

    @Bean
    ResponseStore responseStore(
            JdbcClient jdbc,
            Contents contents,
            MasterKeys keys,
            TransactionOperations transactions,
            AuditTrail audit,
            ResponseStoreProperties properties) {
        return new StoredResponses(new StoredResponseRows(jdbc), contents, keys, transactions, audit, properties);
    }
}
