package io.baseload.testcontainers;

import org.springframework.ai.model.openai.autoconfigure.OpenAiCommonProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Points Spring AI's OpenAI models at the service in the {@link BaseloadConnectionDetails}. Spring AI has no connection details for OpenAI, so the properties that its models
 * share are changed after they were bound.
 */
@AutoConfiguration
@ConditionalOnClass(OpenAiCommonProperties.class)
public class BaseloadConnectionAutoConfiguration {

    @Bean
    static BeanPostProcessor baseloadConnection(ObjectProvider<BaseloadConnectionDetails> connection) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof OpenAiCommonProperties properties) {
                    connection.ifAvailable(details -> {
                        properties.setBaseUrl(details.baseUrl());
                        properties.setApiKey(details.apiKey());
                    });
                }
                return bean;
            }
        };
    }
}
