package io.baseload.service.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/** The service. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ServiceApplication {
    public static void main(String[] args) {
        start(args);
    }

    public static ConfigurableApplicationContext start(String... args) {
        var application = new SpringApplication(ServiceApplication.class);
        application.addInitializers(ClassReading.componentsIn("io.baseload.service"));
        return application.run(args);
    }
}
