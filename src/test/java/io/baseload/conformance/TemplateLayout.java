package io.baseload.conformance;

import io.baseload.chat.template.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Chat templates: renderings of real templates over conversations ({@code results} beside a folder of {@code .jinja} files), and lists of small or hostile
 * templates with their variables.
 */
final class TemplateLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (var entry : folder.json().entrySet()) {
            JsonNode json = entry.getValue();
            String label = folder.label(entry.getKey());
            if (ConformanceJson.has(json, "template", "conversations", "results")) {
                suites.add(rendered(label, folder.path().getParent(), json));
            } else if (json.isArray() && ConformanceJson.has(json.path(0), "id", "template", "vars")) {
                suites.add(new Suite(label, tally -> json.forEach(c -> small(tally, c))));
            }
        }
        return suites;
    }

    private static Suite rendered(String label, Path data, JsonNode golden) throws IOException {
        Optional<Path> template = find(data, ConformanceJson.text(golden, "template") + ".jinja");
        Optional<Path> conversations = find(data, ConformanceJson.text(golden, "conversations"));
        JsonNode results = golden.get("results");
        if (template.isEmpty() || conversations.isEmpty()) {
            return Suite.unsupported(
                    label, results.size(), "its template or its conversations were not found below " + data);
        }
        return new Suite(label, tally -> {
            JsonNode asked = ConformanceJson.read(conversations.get());
            var source = Files.readString(template.get());
            results.properties().forEach(result -> {
                Map<String, Object> variables = new HashMap<>(ConformanceJson.map(golden.get("tokens")));
                variables.putAll(ConformanceJson.map(asked.get(result.getKey())));
                count(tally, result.getKey(), source, variables, result.getValue(), false);
            });
        });
    }

    private static void small(Tally tally, JsonNode c) {
        JsonNode expected = c.has("reference") ? c.get("reference") : c;
        count(
                tally,
                ConformanceJson.text(c, "id"),
                ConformanceJson.text(c, "template"),
                ConformanceJson.map(c.get("vars")),
                expected,
                c.has("reference"));
    }

    private static void count(
            Tally tally, String id, String source, Map<String, Object> variables, JsonNode expected, boolean hostile) {
        TemplateOutcome outcome =
                TemplateOutcome.of(() -> ChatTemplate.compile(source).render(variables, TemplateOutcome.CLOCK));
        tally.count(id, hostile ? outcome.problemIfHostile(expected) : outcome.problem(expected));
    }

    private static Optional<Path> find(Path folder, String fileName) throws IOException {
        return new Models(List.of(folder), 1).find(fileName);
    }
}
