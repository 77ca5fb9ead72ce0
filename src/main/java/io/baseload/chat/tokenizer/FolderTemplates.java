package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The chat templates of a Hugging Face folder: {@code chat_template} of tokenizer_config.json (a text, or a list of names and texts), which
 * {@code chat_template.json} and {@code chat_template.jinja} replace, and {@code additional_chat_templates/NAME.jinja}.
 */
record FolderTemplates(JsonFiles files, JsonNode tokenizerConfig) {
    private static final String KEY = "chat_template";
    private static final String MORE = "additional_chat_templates/";
    private static final String JINJA = ".jinja";

    Map<String, String> read() {
        Map<String, String> templates = new TreeMap<>();
        put(templates, "tokenizer_config.json", tokenizerConfig.path(KEY));
        put(templates, KEY + ".json", files.object(KEY + ".json").path(KEY));
        files.text(KEY + JINJA).ifPresent(source -> templates.put(Vocabulary.DEFAULT_TEMPLATE, source));
        files.names().stream()
                .filter(name -> name.startsWith(MORE))
                .forEach(file -> files.text(file)
                        .ifPresent(source ->
                                templates.put(file.substring(MORE.length(), file.length() - JINJA.length()), source)));
        return Map.copyOf(templates);
    }

    private void put(Map<String, String> templates, String file, JsonNode template) {
        if (template.isString()) {
            templates.put(Vocabulary.DEFAULT_TEMPLATE, template.asString());
        } else if (template.isArray()) {
            template.forEach(named -> putNamed(templates, file, named));
        } else if (!template.isMissingNode() && !template.isNull()) {
            throw files.refuse(file, -1, KEY + " must be a text, or a list of objects with name and template");
        }
    }

    private void putNamed(Map<String, String> templates, String file, JsonNode named) {
        if (!named.path("name").isString() || !named.path("template").isString()) {
            throw files.refuse(file, -1, KEY + " has " + named + ", expected an object with name and template");
        }
        templates.put(named.path("name").asString(), named.path("template").asString());
    }
}
