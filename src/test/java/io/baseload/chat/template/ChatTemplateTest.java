package io.baseload.chat.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.baseload.chat.python.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The interpreter, compared with transformers' Jinja. */
class ChatTemplateTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 14, 7, 9);

    @TestFactory
    Stream<DynamicTest> features() throws Exception {
        return Stream.of("features.visible.json", "markup.json", "python.json")
                .flatMap(file -> json(file).valueStream())
                .map(c -> dynamicTest(c.get("id") + " " + c.get("template"), () -> {
                    String result = result(c.get("template").asString(), variables(c.get("vars")));
                    if (c.has("expected")) {
                        assertThat(result).isEqualTo(c.get("expected").asString());
                    } else if (c.get("error").asString().equals("raise_exception")) {
                        assertThat(result)
                                .isEqualTo("raised: " + c.get("message").asString());
                    } else {
                        assertThat(result).startsWith("failed: ");
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> hostileTemplatesEndWithinBounds() throws Exception {
        return json("hostile.visible.json")
                .valueStream()
                .map(c -> dynamicTest(c.get("id").asString(), () -> {
                    String result = Assertions.assertTimeoutPreemptively(
                            Duration.ofMinutes(5),
                            () -> result(c.get("template").asString(), variables(c.get("vars"))));
                    JsonNode expected = c.get("reference").path("expected");
                    assertThat(result.startsWith("failed: ") || result.equals(expected.asString("")))
                            .as(result)
                            .isTrue();
                }));
    }

    /**
     * Each takes next to nothing by the count of its steps, but would need gigabytes or minutes if what it makes or walks were free: so each must be refused by what is
     * counted, and without having made much.
     */
    @TestFactory
    Stream<DynamicTest> nothingThatIsMadeOrWalkedIsFree() {
        return text("greedy.txt")
                .lines()
                .map(source -> dynamicTest(source, () -> {
                    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
                    long allocated = threads.getCurrentThreadAllocatedBytes();
                    assertThat(result(source, Map.of()))
                            .isIn(
                                    "failed: the chat template needs more time or memory than one rendering may take",
                                    "failed: the power is too large",
                                    "failed: the integer is too large");
                    assertThat(threads.getCurrentThreadAllocatedBytes() - allocated)
                            .isLessThan(64_000_000);
                }));
    }

    @Test
    void longConversationsAndLongMessagesRender() {
        String backwards = "{% for m in messages %}{% set ns = namespace(n=0) %}"
                + "{% for i in range(loop.index0, -1, -1) %}{% if messages[i].role != 'user' %}{% break %}{% endif %}"
                + "{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }} {% endfor %}";
        Map<String, String> message = Map.of("role", "user", "content", "Hi");
        assertThat(result(backwards, Map.of("messages", Collections.nCopies(600, message))))
                .startsWith("1 2 3 ")
                .endsWith(" 600 ");
        String echo = "{% for m in messages %}{{ '<|' ~ m.content|trim|replace('x', 'y') ~ '|>' }}{% endfor %}";
        Map<String, String> huge = Map.of("role", "user", "content", "x".repeat(1_000_000));
        assertThat(result(echo, Map.of("messages", List.of(huge)))).hasSize(1_000_004);
    }

    @Test
    void rendersSmolLm2sConversations() throws Exception {
        ChatTemplate template = ChatTemplate.compile(text("smollm2.jinja"));
        JsonNode golden = json("smollm2.rendered.json");
        JsonNode conversations = json("conversations.visible.json");
        golden.get("results").properties().forEach(e -> {
            Map<String, Object> variables = variables(conversations.get(e.getKey()));
            variables.putAll(variables(golden.get("tokens")));
            if (e.getValue().has("expected")) {
                assertThat(template.render(variables, NOW))
                        .as(e.getKey())
                        .isEqualTo(e.getValue().get("expected").asString());
            } else {
                assertThatThrownBy(() -> template.render(variables, NOW))
                        .as(e.getKey())
                        .isInstanceOf(TemplateException.class);
            }
        });
    }

    @Test
    void namesTheLineOfASyntaxError() {
        assertThatThrownBy(() -> ChatTemplate.compile("a\n{% if x %}\n{{ 1 + }}"))
                .isInstanceOf(TemplateSyntaxException.class)
                .hasMessageContaining("line 3");
    }

    @Test
    void seesCopiesOfPlainDataOnly() {
        assertThatThrownBy(() -> ChatTemplate.compile("{{ x }}").render(Map.of("x", new Object()), NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(result("{{ x.getClass() }}", new HashMap<>(Map.of("x", "text"))))
                .startsWith("failed: ");
        assertThat(result("{{ x.k.class }}", new HashMap<>(Map.of("x", Map.of("k", List.of(1))))))
                .isEmpty();
    }

    @Test
    void aNamespaceThatContainsItselfIsHandled() {
        assertThat(result("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}", Map.of()))
                .startsWith("failed: ");
        assertThat(result("{% set ns = namespace() %}{% set ns.a = ns %}{{ {ns: 1} }}", Map.of()))
                .startsWith("failed: ");
        assertThat(result("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns == ns }}", Map.of()))
                .isEqualTo("True");
    }

    private static String result(String source, Map<String, Object> variables) {
        try {
            return ChatTemplate.compile(source).render(variables, NOW);
        } catch (TemplateException e) {
            return (e.raised() ? "raised: " : "failed: ") + e.getMessage();
        } catch (TemplateSyntaxException e) {
            return "failed: " + e.getMessage();
        }
    }

    private static JsonNode json(String name) {
        return JsonMapper.shared().readTree(text(name));
    }

    private static String text(String name) {
        try (InputStream in = ChatTemplateTest.class.getResourceAsStream("/templates/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> variables(JsonNode object) {
        Map<String, Object> variables = new LinkedHashMap<>();
        object.properties().forEach(e -> variables.put(e.getKey(), plain(e.getValue())));
        return variables;
    }

    private static @Nullable Object plain(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> variables(node);
            case ARRAY ->
                node.valueStream()
                        .map(ChatTemplateTest::plain)
                        .collect(java.util.stream.Collectors.toCollection(java.util.ArrayList::new));
            case STRING -> node.asString();
            case BOOLEAN -> node.asBoolean();
            case NUMBER -> node.isIntegralNumber() ? node.bigIntegerValue() : (Object) node.asDouble();
            default -> null;
        };
    }
}
