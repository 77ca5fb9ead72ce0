package io.baseload.service.web;

import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Tomcat settings in addition to {@code server.tomcat} in application.yml. Each request has a virtual thread and waits for slow bodies, for the engine and for slow readers in
 * plain blocking code; slow headers block no thread.
 */
@Configuration(proxyBeanMethods = false)
class HttpServer {
    private static final String MAX_CONNECTIONS = "server.tomcat.max-connections";

    /** Errors have one format, and model ids may contain {@code %2F}. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> answers() {
        return factory -> {
            factory.addConnectorCustomizers(connector -> {
                connector.setEncodedSolidusHandling("decode");
                connector.setMaxPostSize(0); // forms are read by LimitedRequest
            });
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(ErrorResponses.Valve.class.getName());
                }
            });
        };
    }

    /** Connections are limited by the heap, unless another limit is configured. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connections(
            ManagementPort management, Environment environment) {
        return factory -> {
            factory.setProtocol(HttpProtocol.class.getName());
            if (!environment.containsProperty(MAX_CONNECTIONS)) {
                factory.addConnectorCustomizers(connector -> ((HttpProtocol) connector.getProtocolHandler())
                        .setMaxConnections(
                                HttpProtocol.connections(Runtime.getRuntime().maxMemory())));
            }
            management.connector().ifPresent(factory::addAdditionalConnectors);
        };
    }
}
