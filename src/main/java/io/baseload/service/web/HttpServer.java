package io.baseload.service.web;

import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tomcat, beside what {@code server.tomcat} in application.yml says. Each request has a virtual thread and waits for slow bodies, for the engine and for slow
 * readers in plain blocking code; slow headers hold no thread at all.
 */
@Configuration(proxyBeanMethods = false)
class HttpServer {
    /** Errors have one form, and model ids may hold {@code %2F}. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> answers() {
        return factory -> {
            factory.addConnectorCustomizers(connector -> connector.setEncodedSolidusHandling("decode"));
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(ErrorValve.class.getName());
                }
            });
        };
    }
}
