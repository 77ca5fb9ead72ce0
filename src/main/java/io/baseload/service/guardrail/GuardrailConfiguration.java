package io.baseload.service.guardrail;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.HttpClients;
import io.baseload.service.outbound.Secrets;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Wires guardrails. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GuardrailProperties.class)
public class GuardrailConfiguration {
    @Bean
    Guardrails guardrails(
            JdbcClient jdbc,
            TransactionOperations transactions,
            AuditTrail audit,
            GuardrailProperties properties,
            BaseloadHome home,
            MasterKeys keys,
            ObjectProvider<SslBundles> bundles) {
        var folder = Objects.requireNonNullElse(properties.keyFolder(), home.resolve("guardrail-keys"));
        var client = HttpClients.http1(
                properties.connectTimeout(), HttpClients.tls(properties.sslBundle(), bundles::getObject));
        var connection = new HookFilter.Connection(
                client, AllowedHosts.of(properties.allowedHosts()), new Secrets(folder, keys));
        return new Guardrails(new GuardrailRows(jdbc), transactions, audit, connection);
    }
}
