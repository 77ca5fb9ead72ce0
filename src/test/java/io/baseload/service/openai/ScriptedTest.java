package io.baseload.service.openai;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** A test by real HTTP against {@link ScriptedService} on a random port, with the service's own configuration. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = ScriptedService.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoint.health.group.readiness.include=readinessState",
            "management.endpoint.health.group.liveness.include=livenessState",
            "server.tomcat.connection-timeout=15s"
        })
public @interface ScriptedTest {}
