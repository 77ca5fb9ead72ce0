package io.baseload.ai;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.micrometer.observation.ObservationRegistry;
import java.util.Optional;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.observation.DefaultEmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * An {@link EmbeddingModel} that runs in this process: {@code spring.ai.model.embedding=baseload} selects it, {@code spring.ai.baseload.embedding.model} names its folder. It shares the chat model's
 * engine where there is one; both are closed with the application's context.
 */
@AutoConfiguration(after = BaseloadChatAutoConfiguration.class)
@ConditionalOnClass(EmbeddingModel.class)
@ConditionalOnProperty(name = "spring.ai.model.embedding", havingValue = "baseload")
@EnableConfigurationProperties(BaseloadEmbeddingProperties.class)
@ImportRuntimeHints(BaseloadRuntimeHints.class)
public class BaseloadEmbeddingAutoConfiguration {

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Engine baseloadEmbeddingEngine(BaseloadEmbeddingProperties properties) {
        return Engine.open(new EngineOptions(properties.threads(), properties.pinned()));
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    LoadedEncoder baseloadEncoder(
            Engine engine,
            BaseloadEmbeddingProperties properties,
            ObjectProvider<MemoryBudget> budget,
            ObjectProvider<LoadedModel> chat) {
        String name = String.valueOf(properties.model().getFileName());
        LoadOptions options = LoadOptions.named(name)
                .withContextLength(properties.contextLength())
                .withPrecision(properties.precision())
                .withMaxQueued(properties.maxQueued());
        // the chat model is loaded first, and both have to fit
        MemoryEstimate taken =
                chat.stream().map(model -> model.load().memory()).reduce(MemoryEstimate.NONE, MemoryEstimate::plus);
        ModelMemory.check(engine, budget, taken, properties.model(), options);
        return engine.loadEncoder(properties.model(), options);
    }

    @Bean
    @ConditionalOnMissingBean
    BaseloadEmbeddingModel baseloadEmbeddingModel(
            LoadedEncoder encoder,
            BaseloadEmbeddingProperties properties,
            ObjectProvider<ObservationRegistry> registry,
            ObjectProvider<EmbeddingModelObservationConvention> convention) {
        return new BaseloadEmbeddingModel(
                encoder,
                new EmbeddingPrompts(
                        Optional.ofNullable(properties.promptName()),
                        Optional.ofNullable(properties.documentPromptName())),
                registry.getIfUnique(() -> ObservationRegistry.NOOP),
                convention.getIfAvailable(DefaultEmbeddingModelObservationConvention::new));
    }
}
