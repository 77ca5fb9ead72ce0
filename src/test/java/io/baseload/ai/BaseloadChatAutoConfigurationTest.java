package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class BaseloadChatAutoConfigurationTest {
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    BaseloadChatAutoConfiguration.class,
                    ToolCallingAutoConfiguration.class,
                    ChatClientAutoConfiguration.class));

    private ApplicationContextRunner withTinyModel() {
        return application.withPropertyValues(
                "spring.ai.model.chat=baseload",
                "spring.ai.baseload.chat.model=" + TestModels.tiny(),
                "spring.ai.baseload.chat.threads=1",
                "spring.ai.baseload.chat.pinned=false");
    }

    @Test
    void givesAChatModelAndAChatClient() {
        withTinyModel()
                .withPropertyValues(
                        "spring.ai.baseload.chat.context-length=64",
                        "spring.ai.baseload.chat.temperature=0",
                        "spring.ai.baseload.chat.min-p=0.05",
                        "spring.ai.baseload.chat.stop=###,END",
                        "spring.ai.baseload.chat.max-tokens=3")
                .run(context -> {
                    ChatModel model = context.getBean(ChatModel.class);
                    assertThat(model.call(new Prompt("Hi"))
                                    .getMetadata()
                                    .getUsage()
                                    .getCompletionTokens())
                            .isBetween(1, 3);
                    assertThat(context.getBean(LoadedModel.class).contextLength())
                            .isEqualTo(64);
                    var options = (BaseloadChatOptions) model.getOptions();
                    assertThat(options.getMinP()).isEqualTo(0.05);
                    assertThat(options.getStopSequences()).containsExactly("###", "END");
                    assertThat(context.getBean(ChatClient.Builder.class)
                                    .build()
                                    .prompt("Hi")
                                    .call()
                                    .content())
                            .isNotNull();
                });
    }

    @Test
    void thinkingIsSwitchedOffAndATemplateGivenByProperties(@TempDir Path folder) throws IOException {
        Path template = Files.writeString(
                folder.resolve("template.jinja"),
                "{% for m in messages %}{{ m.content }}{% endfor %}{% if enable_thinking %}<think>{# </think> #}"
                        + "{% endif %}");
        ApplicationContextRunner templated = withTinyModel()
                .withPropertyValues(
                        "spring.ai.baseload.chat.chat-template=" + template, "spring.ai.baseload.chat.max-tokens=8");
        for (boolean thinks : new boolean[] {true, false}) {
            templated
                    .withPropertyValues("spring.ai.baseload.chat.template-variables.enable_thinking=" + thinks)
                    .run(context -> assertThat(thoughts(context.getBean(ChatModel.class), new Prompt("Hi")))
                            .isEqualTo(thinks));
        }
        templated.run(context -> {
            var options = BaseloadChatOptions.builder()
                    .templateVariables(Map.of("enable_thinking", true))
                    .build();
            assertThat(thoughts(context.getBean(ChatModel.class), new Prompt("Hi", options)))
                    .isTrue();
        });
        withTinyModel()
                .withPropertyValues("spring.ai.baseload.chat.chat-template=" + folder.resolve("none.jinja"))
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("spring.ai.baseload.chat.chat-template: can't read"));
    }

    @Test
    void variablesOfTheTemplateAreBooleansNumbersAndTexts() {
        withTinyModel()
                .withPropertyValues(
                        "spring.ai.baseload.chat.template-variables.enable_thinking=false",
                        "spring.ai.baseload.chat.template-variables.thinking_budget=512",
                        "spring.ai.baseload.chat.template-variables.offset=-1",
                        "spring.ai.baseload.chat.template-variables.digits=1234567890123456789",
                        "spring.ai.baseload.chat.template-variables.reasoning_effort=low")
                .run(context -> {
                    var options = (BaseloadChatOptions)
                            context.getBean(ChatModel.class).getOptions();
                    assertThat(options.getTemplateVariables())
                            .isEqualTo(Map.of(
                                    "enable_thinking",
                                    false,
                                    "thinking_budget",
                                    512L,
                                    "offset",
                                    -1L,
                                    "digits",
                                    "1234567890123456789",
                                    "reasoning_effort",
                                    "low"));
                });
    }

    private static boolean thoughts(ChatModel model, Prompt prompt) {
        return Objects.requireNonNull(model.call(prompt).getResult())
                .getOutput()
                .getMetadata()
                .containsKey("reasoningContent");
    }

    @Test
    void closesModelAndEngineWithTheContext() {
        LoadedModel[] model = new LoadedModel[1];
        withTinyModel().run(context -> model[0] = context.getBean(LoadedModel.class));
        assertThat(model[0].freed()).succeedsWithin(Patience.LIMIT);
    }

    @Test
    void startsNothingUnlessItIsSelected() {
        application.run(
                context -> assertThat(context).doesNotHaveBean(ChatModel.class).doesNotHaveBean(Engine.class));
        application
                .withPropertyValues("spring.ai.model.chat=none", "spring.ai.baseload.chat.model=" + TestModels.tiny())
                .run(context ->
                        assertThat(context).doesNotHaveBean(ChatModel.class).doesNotHaveBean(Engine.class));
    }

    @Test
    void saysWhichPropertyIsMissing() {
        application.withPropertyValues("spring.ai.model.chat=baseload").run(context -> {
            assertThat(context.getStartupFailure())
                    .hasRootCauseInstanceOf(IllegalArgumentException.class)
                    .hasStackTraceContaining(BindException.class.getName())
                    .rootCause()
                    .hasMessageContaining("spring.ai.baseload.chat.model");
        });
    }

    /** What has no property, such as shards and the warm-up, is set by beans. */
    @Test
    void theApplicationsOwnEngineAndModelNeedNoProperty() {
        application
                .withPropertyValues("spring.ai.model.chat=baseload", "spring.ai.baseload.chat.max-tokens=3")
                .withUserConfiguration(OwnModel.class)
                .run(context -> {
                    assertThat(context).hasSingleBean(Engine.class).hasSingleBean(LoadedModel.class);
                    assertThat(context.getBean(ChatModel.class)
                                    .call(new Prompt("Hi"))
                                    .getMetadata()
                                    .getUsage()
                                    .getCompletionTokens())
                            .isBetween(1, 3);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnModel {
        @Bean
        Engine engine() {
            return Engine.open(new EngineOptions(1, false, 1, List.of()));
        }

        @Bean
        LoadedModel model(Engine engine) {
            return engine.load(
                    TestModels.tiny(),
                    LoadOptions.named("own").withKvTokens(256).withWarmUp(false));
        }
    }

    @Test
    void refusesAModelThatDoesNotFit() {
        withTinyModel()
                .withBean(MemoryBudget.class, () -> new MemoryBudget(3 << 20, 1 << 20, 1 << 20))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageMatching(".*: the model needs \\d+ MiB of memory outside the heap, 1 MiB are free:"
                                + " 3 MiB in all, 1 MiB for the heap, 1 MiB in reserve"));
    }

    @Test
    void saysWhichFileIsMissing() {
        application
                .withPropertyValues(
                        "spring.ai.model.chat=baseload", "spring.ai.baseload.chat.model=/no/such/model.gguf")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(ModelFileException.class.getName() + ": /no/such/model.gguf"));
    }
}
