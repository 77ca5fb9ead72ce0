package io.baseload.service.contents;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.encryption.MasterKeys;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires contents. */
@Configuration(proxyBeanMethods = false)
public class ContentConfiguration {
    @Bean
    Contents contents(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit, MasterKeys keys) {
        return new Contents(new ContentRows(jdbc), transactions, audit, keys);
    }
}
