package io.baseload.service.quota;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the quota. */
@Configuration(proxyBeanMethods = false)
public class QuotaConfiguration {

    @Bean
    Quota quota(JdbcClient jdbc) {
        return new Quota(jdbc);
    }

    @Bean
    UsageReports usageReports(JdbcClient jdbc) {
        return new UsageReports(jdbc);
    }
}
