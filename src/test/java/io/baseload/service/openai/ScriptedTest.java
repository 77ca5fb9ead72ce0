package io.baseload.service.openai;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** A test by real HTTP against {@link ScriptedService} on a random port. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = ScriptedService.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.ai.model.chat=none",
            "spring.ai.model.embedding=none",
            "spring.ai.model.image=none",
            "spring.ai.model.moderation=none",
            "spring.ai.model.audio.speech=none",
            "spring.ai.model.audio.transcription=none",
            "management.endpoints.web.exposure.include=health,prometheus,info",
            "management.endpoint.health.probes.enabled=true"
        })
@interface ScriptedTest {}
