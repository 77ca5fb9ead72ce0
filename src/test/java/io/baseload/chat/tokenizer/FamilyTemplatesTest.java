package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.template.ChatTemplate;
import io.baseload.engine.api.Vocabulary;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FamilyTemplatesTest {
    static Stream<Arguments> families() {
        return Stream.of(
                Arguments.of(List.of("<|im_start|>", "<|im_end|>"), """
                    <|im_start|>system
                    S<|im_end|>
                    <|im_start|>user
                    U<|im_end|>
                    <|im_start|>assistant
                    A<|im_end|>
                    <|im_start|>user
                    V<|im_end|>
                    <|im_start|>assistant
                    """),
                Arguments.of(List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), """
                    B<|start_header_id|>system<|end_header_id|>

                    S<|eot_id|><|start_header_id|>user<|end_header_id|>

                    U<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                    A<|eot_id|><|start_header_id|>user<|end_header_id|>

                    V<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                    """),
                Arguments.of(List.of("<start_of_turn>", "<end_of_turn>"), """
                    B<start_of_turn>user
                    S

                    U<end_of_turn>
                    <start_of_turn>model
                    A<end_of_turn>
                    <start_of_turn>user
                    V<end_of_turn>
                    <start_of_turn>model
                    """),
                Arguments.of(List.of("<|user|>", "<|assistant|>", "<|end|>"), """
                    <|system|>
                    S<|end|>
                    <|user|>
                    U<|end|>
                    <|assistant|>
                    A<|end|>
                    <|user|>
                    V<|end|>
                    <|assistant|>
                    """),
                Arguments.of(List.of("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"), """
                    <|start_of_role|>system<|end_of_role|>S<|end_of_text|>
                    <|start_of_role|>user<|end_of_role|>U<|end_of_text|>
                    <|start_of_role|>assistant<|end_of_role|>A<|end_of_text|>
                    <|start_of_role|>user<|end_of_role|>V<|end_of_text|>
                    <|start_of_role|>assistant<|end_of_role|>\
                    """),
                Arguments.of(
                        List.of("<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>"),
                        "BS<\uff5cUser\uff5c>U<\uff5cAssistant\uff5c>AE<\uff5cUser\uff5c>V<\uff5cAssistant\uff5c>"),
                Arguments.of(List.of("<eod>", "<sep>", "<n>"), "S<n>U<n>A<n>V<sep>"),
                Arguments.of(List.of("[INST]", "[/INST]"), "B[INST] S\n\nU[/INST] AE[INST] V[/INST]"),
                Arguments.of(
                        List.of("<s>", "</s>", "<0x0A>", "\u2581the"),
                        "B[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST] A EB[INST] V [/INST]"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void rendersTurnsAsTheFamilyWasTaught(List<String> tokens, String rendered) {
        List<Map<String, String>> messages =
                List.of(message("system", "S"), message("user", "U"), message("assistant", "A"), message("user", "V"));
        assertThat(render(tokens, messages)).isEqualTo(rendered);
    }

    private static String render(List<String> tokens, List<Map<String, String>> messages) {
        String template =
                FamilyTemplates.complete(Map.of(), table(tokens)).getOrDefault(Vocabulary.DEFAULT_TEMPLATE, "");
        return ChatTemplate.compile(template)
                .render(
                        Map.of("messages", messages, "add_generation_prompt", true, "bos_token", "B", "eos_token", "E"),
                        LocalDateTime.MIN);
    }

    /** Families without a message for the system. */
    static Stream<Arguments> withoutSystem() {
        return Stream.of(
                Arguments.of(List.of("<start_of_turn>", "<end_of_turn>"), """
                    B<start_of_turn>user
                    S

                    T

                    U<end_of_turn>
                    <start_of_turn>user
                    V<end_of_turn>
                    <start_of_turn>model
                    """),
                Arguments.of(List.of("[INST]", "[/INST]"), "B[INST] S\n\nT\n\nU[/INST][INST] V[/INST]"),
                Arguments.of(
                        List.of("<s>", "</s>", "<0x0A>", "\u2581the"),
                        "B[INST] <<SYS>>\nS\n\nT\n<</SYS>>\n\nU [/INST]B[INST] V [/INST]"));
    }

    @ParameterizedTest
    @MethodSource("withoutSystem")
    void showsAllInstructions(List<String> tokens, String rendered) {
        assertThat(render(
                        tokens,
                        List.of(
                                message("system", "S"),
                                message("system", "T"),
                                message("user", "U"),
                                message("system", "V"))))
                .isEqualTo(rendered);
    }

    @Test
    void theFilesOwnTemplateCountsAndWithoutAKnownFamilyThereIsNone() {
        TokenList chatml = table(List.of("<|im_start|>", "<|im_end|>"));
        assertThat(FamilyTemplates.complete(Map.of("default", "own"), chatml)).isEqualTo(Map.of("default", "own"));
        assertThat(FamilyTemplates.complete(Map.of(), table(List.of("a", "b")))).isEmpty();
    }

    private static Map<String, String> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static TokenList table(List<String> texts) {
        return new TokenList(texts, Collections.nCopies(texts.size(), TokenType.CONTROL));
    }
}
