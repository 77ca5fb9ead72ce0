package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connection to an external database in the Helm chart's values. */
@Tag("helm")
class DatabaseChartTest {
    private static final String URL = "jdbc:postgresql://db.example:5432/baseload";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"'', ?, ''", "?connectTimeout=5, &, ''", "'', ?, server-ca.pem"})
    void anAuthorityEncryptsAndVerifies(String parameters, char separator, String key) throws IOException {
        String file = key.isEmpty() ? "ca.crt" : key;
        Manifests chart = Manifests.render(folder, """
            database: {url: "%s%s", existingSecret: db, caSecret: authority, caKey: %s}
            """.formatted(URL, parameters, file));
        assertThat(chart.config())
                .containsEntry(
                        "SPRING_DATASOURCE_URL",
                        URL + parameters + separator + "sslmode=verify-full&sslrootcert=/database-ca/" + file);
        var pod = chart.one(Deployment.class).getSpec().getTemplate().getSpec();
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .filteredOn(mount -> mount.getMountPath().equals("/database-ca"))
                .singleElement()
                .satisfies(mount -> assertThat(mount.getReadOnly()).isTrue());
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getName().equals("database-ca"))
                .singleElement()
                .satisfies(
                        volume -> assertThat(volume.getSecret().getSecretName()).isEqualTo("authority"));
    }

    /** As {@code helm upgrade --reuse-values} passes the values of an earlier chart on. */
    @Test
    void withoutOneTheUrlStaysAsItIs() throws IOException {
        Manifests chart = Manifests.render(
                folder,
                "database: {url: '" + URL + "?sslmode=require', existingSecret: db, caSecret: null, caKey: null}");
        assertThat(chart.config()).containsEntry("SPRING_DATASOURCE_URL", URL + "?sslmode=require");
        assertThat(chart.one(Deployment.class).getSpec().getTemplate().getSpec().getVolumes())
                .noneMatch(volume -> volume.getName().equals("database-ca"));
    }

    @Test
    void twoModesContradictEachOther() {
        assertThatThrownBy(() -> Manifests.render(
                        folder,
                        "database: {url: '" + URL + "?sslmode=require', existingSecret: db, caSecret: authority}"))
                .hasMessageContaining("leave sslmode out of database.url");
    }
}
