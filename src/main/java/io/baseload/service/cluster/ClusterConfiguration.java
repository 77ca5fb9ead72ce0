package io.baseload.service.cluster;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.BaseloadHome;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires this process's membership. */
@Configuration(proxyBeanMethods = false)
public class ClusterConfiguration {

    @Bean
    Instances instances(JdbcClient jdbc, @Value("${baseload.quota.lease:2m}") Duration lease) {
        return new Instances(jdbc, lease);
    }

    @Bean
    Membership membership(
            Instances instances, AuditTrail trail, TransactionOperations transactions, BaseloadHome home) {
        return new Membership(instances, trail, transactions, HomeLock.take(home));
    }
}
