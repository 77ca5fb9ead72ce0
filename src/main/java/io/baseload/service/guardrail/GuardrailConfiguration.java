package io.baseload.service.guardrail;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.Secrets;
import java.net.http.HttpClient;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
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
        var connection = new HookFilter.Connection(
                client(properties, bundles), AllowedHosts.of(properties.allowedHosts()), new Secrets(folder, keys));
        return new Guardrails(new GuardrailRows(jdbc), transactions, audit, connection);
    }

    private static HttpClient client(GuardrailProperties properties, ObjectProvider<SslBundles> bundles) {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(properties.connectTimeout())
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        Optional.ofNullable(properties.sslBundle())
                .map(name -> bundles.getObject().getBundle(name).createSslContext())
                .ifPresent(builder::sslContext);
        return builder.build();
    }
}
