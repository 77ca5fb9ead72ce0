package io.baseload.service.web;

import java.time.Duration;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * How Tomcat treats connections. Each request has a virtual thread: it waits for slow bodies, for the engine and for slow readers in plain blocking code, and a
 * thousand waiting clients cost no thread that another needs. Slow headers hold no thread at all.
 */
@Configuration(proxyBeanMethods = false)
class HttpServer {
    private static final int IDLE = (int) Duration.ofSeconds(20).toMillis();
    /** Of a refused body so much is read, and no more, before the connection is cut. */
    private static final int MAX_DRAINED = 64 << 20;

    /** Before Boot's own, so that {@code server.tomcat.connection-timeout} and {@code keep-alive-timeout} still hold. */
    @Bean
    @Order(-1)
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> timeouts() {
        return factory -> factory.addConnectorCustomizers(connector -> {
            if (connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
                protocol.setConnectionTimeout(IDLE);
                protocol.setKeepAliveTimeout((int) Duration.ofSeconds(60).toMillis());
                protocol.setExecutor(new VirtualThreadExecutor("http-"));
            }
        });
    }

    /** After Boot's own: a client that sends on after a refusal must be read, errors have one form, and model ids may hold {@code %2F}. */
    @Bean
    @Order(1)
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> answers() {
        return factory -> {
            factory.addConnectorCustomizers(connector -> {
                connector.setEncodedSolidusHandling("decode");
                if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
                    http.setMaxSwallowSize(MAX_DRAINED);
                }
            });
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof org.apache.catalina.core.StandardHost host) {
                    host.setErrorReportValveClass(ErrorValve.class.getName());
                }
            });
        };
    }
}
