package io.baseload.service.registry;

import io.baseload.chat.api.ChatSettings;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.ModelFileException;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How this service loads every model, unless its row says otherwise.
 *
 * @param engine false if this process loads no models: it passes requests on to backends
 * @param template options whose name is replaced by the model's id
 * @param toolFormats tool-call formats by model id, if the templates don't show them
 * @param chatTemplates by model id, a file with a chat template to use instead of the model's own
 * @param build names this build in fingerprints
 */
public record LoadSettings(
        boolean engine,
        LoadOptions template,
        Map<String, String> toolFormats,
        Map<String, Path> chatTemplates,
        String build) {
    /** @throws ConflictException in a process without an engine */
    void requireEngine() {
        if (!engine) {
            throw new ConflictException(
                    "This process has no engine (baseload.engine.enabled=false): it passes requests on to backends,"
                            + " and neither imports, loads nor deletes models.");
        }
    }

    /** The setting for the context length is a maximum: a model whose own is shorter keeps it. */
    LoadOptions options(ModelRow row) {
        LoadOptions options =
                template.withName(row.id()).withContextLength(Math.min(template.contextLength(), row.contextLength()));
        if (row.computePrecision() != null) {
            options = options.withPrecision(row.computePrecision());
        }
        return row.kvPrecision() == null ? options : options.withKvPrecision(row.kvPrecision());
    }

    /** @throws ModelFileException if the template's file can't be read */
    ChatSettings chat(String id) {
        return new ChatSettings(
                Optional.ofNullable(chatTemplates.get(id)).map(LoadSettings::read),
                Optional.ofNullable(toolFormats.get(id)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw ModelFileException.unreadable(file, e);
        }
    }

    /** Identifies build and weights. */
    String fingerprint(String sha256) {
        return "fp_" + build + "_" + sha256.substring(0, 12);
    }
}
