package io.baseload.service.tenant;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.BaseloadHome;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires tenants and keys. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KeyProperties.class)
public class TenantConfiguration {

    @Bean
    Tenants tenants(
            JdbcAggregateOperations rows,
            JdbcClient jdbc,
            TransactionOperations transactions,
            AuditTrail audit,
            ObjectProvider<TenantData> data) {
        return new Tenants(rows, jdbc, transactions, audit, data::orderedStream);
    }

    @Bean
    ApiKeys apiKeys(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        return new ApiKeys(jdbc, transactions, audit);
    }

    @Bean
    Identities identities(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        return new Identities(jdbc, transactions, audit);
    }

    @Bean
    RequestRates requestRates(JdbcClient jdbc) {
        return new RequestBuckets(jdbc);
    }

    @Bean
    KeySchedule keySchedule(ApiKeys keys, KeyProperties properties) {
        return new KeySchedule(keys, properties);
    }

    @Bean
    FirstKey firstKey(ApiKeys keys, BaseloadHome home) {
        return new FirstKey(keys, home);
    }
}
