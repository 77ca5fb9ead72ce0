package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Chat templates for models whose files have none, recognized by the tokens of a family's turns. They are simple templates of this project, without tools or reasoning. */
final class FamilyTemplates {
    private record Family(String name, Set<String> tokens) {}

    /** The first one whose tokens all exist is used; the last is the oldest form, which has no tokens of its own. */
    private static final List<Family> FAMILIES = List.of(
            new Family("chatml", Set.of("<|im_start|>", "<|im_end|>")),
            new Family("llama3", Set.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")),
            new Family("gemma", Set.of("<start_of_turn>", "<end_of_turn>")),
            new Family("phi3", Set.of("<|user|>", "<|assistant|>", "<|end|>")),
            new Family("granite", Set.of("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>")),
            new Family("deepseek", Set.of("<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>")),
            new Family("yuan2", Set.of("<eod>", "<sep>", "<n>")),
            new Family("mistral", Set.of("[INST]", "[/INST]")),
            new Family("llama2", Set.of("<s>", "</s>", "<0x0A>", "\u2581the")));

    private FamilyTemplates() {}

    /** The templates of the files, and the family's known one if the standard one is missing. */
    static Map<String, String> complete(Map<String, String> templates, TokenList tokens) {
        if (templates.containsKey(Vocabulary.DEFAULT_TEMPLATE)) {
            return templates;
        }
        Map<String, String> all = new HashMap<>(templates);
        family(tokens).ifPresent(name -> all.put(Vocabulary.DEFAULT_TEMPLATE, read(name)));
        return Map.copyOf(all);
    }

    private static Optional<String> family(TokenList tokens) {
        Set<String> texts = Set.copyOf(tokens.texts());
        return FAMILIES.stream()
                .filter(family -> texts.containsAll(family.tokens()))
                .map(Family::name)
                .findFirst();
    }

    private static String read(String name) {
        String resource = "templates/" + name + ".jinja";
        try (InputStream in = Objects.requireNonNull(FamilyTemplates.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
