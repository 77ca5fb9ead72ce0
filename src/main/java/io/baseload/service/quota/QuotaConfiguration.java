package io.baseload.service.quota;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the quota. */
@Configuration(proxyBeanMethods = false)
public class QuotaConfiguration {

    @Bean
    Quota quota(JdbcClient jdbc, @Value("${baseload.quota.lease:10m}") Duration lease) {
        return new Quota(jdbc, lease);
    }

    @Bean
    UsageReports usageReports(JdbcClient jdbc) {
        return new UsageReports(jdbc);
    }
}
