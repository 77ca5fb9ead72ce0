package io.baseload.service.quota;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.LongReads;
import io.baseload.service.database.Pipeline;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires the quota. */
@Configuration(proxyBeanMethods = false)
public class QuotaConfiguration {

    @Bean
    Quota quota(JdbcClient jdbc, Pipeline pipeline) {
        return new Quota(jdbc, pipeline);
    }

    @Bean
    Prices prices(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        return new Prices(jdbc, transactions, audit);
    }

    @Bean
    UsageReports usageReports(JdbcClient jdbc, TransactionOperations transactions) {
        return new UsageReports(jdbc, new LongReads(jdbc, transactions, UsageReports.LIMIT));
    }
}
