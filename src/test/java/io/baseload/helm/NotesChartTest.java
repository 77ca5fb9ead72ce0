package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Helm chart's notes after an installation. */
@Tag("helm")
class NotesChartTest {
    @TempDir
    private Path folder;

    @Test
    void theNotesNameAMissingMasterKey() throws IOException {
        String database = "database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}\n";
        assertThat(notes(database)).contains("Set encryption.existingSecret.");
        assertThat(notes(database + "encryption: {existingSecret: master}")).doesNotContain("encryption");
        assertThat(notes("")).doesNotContain("encryption");
    }

    /** Helm renders the notes, but returns them only when it installs. */
    private String notes(String values) throws IOException {
        Path chart = Manifests.copy(Files.createTempDirectory(folder, "chart"));
        Path notes = chart.resolve("templates/NOTES.txt");
        Files.writeString(
                chart.resolve("templates/notes.yaml"),
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n  notes: |\n"
                        + Files.readString(notes).indent(4));
        return Manifests.render(chart, folder, values).all(ConfigMap.class).stream()
                .filter(map -> map.getMetadata().getName().equals("notes"))
                .findFirst()
                .orElseThrow()
                .getData()
                .get("notes");
    }
}
