package io.baseload.ai;

import io.baseload.chat.api.Completions;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * A {@link ChatModel} that runs in this process: {@code spring.ai.model.chat=baseload} selects it, {@code spring.ai.baseload.chat.model} names its file. Model
 * and engine are closed with the application's context.
 */
@AutoConfiguration
@ConditionalOnClass(ChatModel.class)
@ConditionalOnProperty(name = "spring.ai.model.chat", havingValue = "baseload")
@EnableConfigurationProperties(BaseloadChatProperties.class)
@ImportRuntimeHints(BaseloadRuntimeHints.class)
public class BaseloadChatAutoConfiguration {

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Engine baseloadEngine(BaseloadChatProperties properties) {
        return Engine.open(new EngineOptions(properties.threads(), properties.pinned()));
    }

    /** An application that has a {@link LoadedModel} of its own needs no path of one. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(LoadedModel.class)
    @EnableConfigurationProperties(BaseloadModelProperties.class)
    static class ModelConfiguration {

        @Bean(destroyMethod = "close")
        LoadedModel baseloadModel(
                Engine engine,
                BaseloadModelProperties located,
                BaseloadChatProperties properties,
                ObjectProvider<MemoryBudget> budget) {
            Path file = located.model();
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.gguf$", "");
            LoadOptions options = LoadOptions.named(name)
                    .withContextLength(properties.contextLength())
                    .withKvPrecision(Optional.ofNullable(properties.kvPrecision()))
                    .withPrecision(properties.precision())
                    .withPrefixCache(properties.prefixCache())
                    .withSpeculation(properties.speculation())
                    .withMaxSequences(properties.maxSequences())
                    .withMaxQueued(properties.maxQueued());
            ModelMemory.check(engine, budget, MemoryEstimate.NONE, file, options);
            return engine.load(file, options);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    BaseloadChatModel baseloadChatModel(
            LoadedModel model,
            BaseloadChatProperties properties,
            ObjectProvider<ObservationRegistry> registry,
            ObjectProvider<ChatModelObservationConvention> convention) {
        return new BaseloadChatModel(
                model,
                Completions.of(model, properties.settings()),
                properties.options(),
                registry.getIfUnique(() -> ObservationRegistry.NOOP),
                convention.getIfAvailable(DefaultChatModelObservationConvention::new));
    }
}
