package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        assertThat(notes(database + "extraEnv: [{name: BASELOAD_ENCRYPTION_KEYFILE, value: /keys/master}]"))
                .doesNotContain("encryption");
        assertThat(notes("")).doesNotContain("encryption");
    }

    @Test
    void theNotesNameAProxyThatIsNotTrusted() throws IOException {
        String warning = "Set env.SERVER_FORWARDHEADERSSTRATEGY";
        for (String proxy : List.of(
                "ingress: {enabled: true, hosts: [llm.example.com]}\n",
                "httpRoute: {enabled: true, parentRefs: [{name: gateway}]}\n")) {
            assertThat(notes(proxy)).contains(warning);
            assertThat(notes(proxy + "env: {LOGGING_LEVEL_ROOT: info, SERVER_FORWARDHEADERSSTRATEGY: native}"))
                    .doesNotContain(warning);
        }
        assertThat(notes("")).doesNotContain(warning);
    }

    @Test
    void theNotesNameAPolicyThatKeepsRequestsOut() throws IOException {
        String warning = "Name the ingress controller or the clients in networkPolicy.from";
        for (String outside : List.of(
                "ingress: {enabled: true, hosts: [llm.example.com]}\n",
                "httpRoute: {enabled: true, parentRefs: [{name: gateway}]}\n",
                "service: {type: LoadBalancer}\n")) {
            assertThat(notes(outside)).contains(warning);
            assertThat(notes(outside + "networkPolicy: {enabled: false}")).doesNotContain(warning);
            assertThat(notes(outside + "networkPolicy: {from: [{namespaceSelector: {}}]}"))
                    .doesNotContain(warning);
        }
        assertThat(notes("")).doesNotContain(warning);
    }

    @Test
    void theNotesNameAServiceThatHidesItsClients() throws IOException {
        String warning = "Set service.externalTrafficPolicy";
        for (String type : List.of("NodePort", "LoadBalancer")) {
            assertThat(notes("service: {type: %s, externalTrafficPolicy: Cluster}".formatted(type)))
                    .contains(warning);
            assertThat(notes("service: {type: %s, externalTrafficPolicy: null}".formatted(type)))
                    .as("values of an earlier chart")
                    .contains(warning);
            assertThat(notes("service: {type: %s}".formatted(type)))
                    .doesNotContain(warning)
                    .contains("only nodes with a pod answer");
        }
        assertThat(notes("service: {externalTrafficPolicy: Cluster}"))
                .doesNotContain(warning)
                .doesNotContain("only nodes with a pod answer");
    }

    @Test
    void theNotesNameAPolicyThatKeepsPrometheusOut() throws IOException {
        String warning = "Name its namespace in networkPolicy.metricsFrom";
        String monitor = "monitoring: {serviceMonitor: {enabled: true, existingSecret: metrics}}\n";
        assertThat(notes(monitor)).contains(warning);
        assertThat(notes(monitor + "networkPolicy: {metricsFrom: [{namespaceSelector: {}}]}"))
                .doesNotContain(warning);
        assertThat(notes(monitor + "networkPolicy: {enabled: false}")).doesNotContain(warning);
        assertThat(notes("")).doesNotContain(warning);
    }

    @Test
    void theNotesNameADatabaseThatNobodyVerifies() throws IOException {
        String warning = "Set database.caSecret";
        String database = "database: {existingSecret: db, url: 'jdbc:postgresql://db/baseload%s'%s}";
        assertThat(notes(database.formatted("", ""))).contains(warning);
        assertThat(notes(database.formatted("?sslmode=require", ""))).contains(warning);
        assertThat(notes(database.formatted("?sslmode=verify-full", ""))).doesNotContain(warning);
        assertThat(notes(database.formatted("", ", caSecret: authority"))).doesNotContain(warning);
        assertThat(notes("")).doesNotContain(warning);
    }

    @Test
    void theNotesNameTheTimeoutOfOpenShiftsRouter() throws IOException {
        String warning = "router ends an answer after 30 s";
        String ingress = "ingress: {enabled: true, hosts: [llm.example.com], annotations: %s}\n";
        Path openShift = Manifests.copy(Files.createTempDirectory(folder, "openshift"));
        Path helpers = openShift.resolve("templates/_helpers.tpl");
        String seen = ".Capabilities.APIVersions.Has \"security.openshift.io/v1\"";
        assertThat(Files.readString(helpers)).contains(seen);
        Files.writeString(helpers, Files.readString(helpers).replace(seen, "true"));
        assertThat(notes(openShift, ingress.formatted("{}"))).contains(warning);
        assertThat(notes(openShift, ingress.formatted("null"))).contains(warning);
        assertThat(notes(openShift, ingress.formatted("{haproxy.router.openshift.io/timeout: 10m}")))
                .doesNotContain(warning);
        assertThat(notes(openShift, "")).doesNotContain(warning);
        assertThat(notes(ingress.formatted("{}"))).as("elsewhere").doesNotContain(warning);
    }

    private String notes(String values) throws IOException {
        return notes(Manifests.copy(Files.createTempDirectory(folder, "chart")), values);
    }

    /** Helm renders the notes, but returns them only when it installs. */
    private String notes(Path chart, String values) throws IOException {
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
