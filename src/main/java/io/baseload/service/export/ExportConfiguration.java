package io.baseload.service.export;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.outbound.BoundedHttp;
import io.baseload.service.outbound.HttpClients;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the push of the trail. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PushProperties.class)
public class ExportConfiguration {
    /** Longer than a batch may take. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    @Bean
    TrailPush trailPush(
            AuditTrail trail,
            JdbcClient jdbc,
            PushProperties properties,
            MeterRegistry meters,
            ObjectProvider<SslBundles> bundles) {
        var push = new TrailPush(trail, new PushCursors(jdbc, LEASE));
        for (PushProperties.Target target : properties.push()) {
            Gauge.builder("baseload.audit.push_behind", push, it -> it.behind(target.name()))
                    .description("entries of the audit trail that a target does not have yet")
                    .tag("target", target.name())
                    .register(meters);
            push.start(target.name(), receiver(target, bundles));
        }
        return push;
    }

    private static Receiver receiver(PushProperties.Target target, ObjectProvider<SslBundles> bundles) {
        Optional<SSLContext> tls = HttpClients.tls(target.sslBundle(), bundles::getObject);
        EntryFormat format = EntryFormat.of(target.format());
        if (target.url().getScheme().equals("syslog+tls")) {
            int port = target.url().getPort();
            return new SyslogReceiver(
                    tls.orElseGet(ExportConfiguration::javas),
                    target.url().getHost(),
                    port < 0 ? SyslogReceiver.STANDARD_PORT : port,
                    host(),
                    format,
                    SyslogReceiver.PATIENCE);
        }
        var client = HttpClients.of(HttpReceiver.PATIENCE, tls);
        var http = new BoundedHttp(client, HttpReceiver.PATIENCE, HttpReceiver.MAX_ANSWER);
        return new HttpReceiver(http, target.url(), Optional.ofNullable(target.authorization()), format);
    }

    private static SSLContext javas() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the form of RFC 5424; {@code -} if unknown. */
    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "-";
        }
    }
}
