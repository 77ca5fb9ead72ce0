package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checksum of the Secrets that a pod uses. */
@Tag("helm")
class SecretsChartTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bootstrapKey: {existingSecret: other}",
                "database: {existingSecret: other}",
                "audit: {existingSecret: other}",
                "identity: {existingSecret: other}",
                "encryption: {existingSecret: other}",
                "database: {caSecret: other}",
                "extraEnv: [{name: A, valueFrom: {secretKeyRef: {name: other, key: a}}}]",
                "extraVolumes: [{name: a, secret: {secretName: other}}]",
                "extraVolumes: [{name: a, projected: {sources: [{secret: {name: other}}]}}]",
                "initContainers: [{name: a, image: b, envFrom: [{secretRef: {name: other}}]}]",
                "sidecars: [{name: a, image: b, env: [{name: A, valueFrom: {secretKeyRef: {name: other, key: a}}}]}]"
            })
    void thePodIsReplacedWhenOneOfItsSecretsChanges(String values) throws IOException {
        assertThat(secrets(values)).isNotEqualTo(secrets(""));
    }

    @Test
    void aRenewedCertificateNeedsNoRestart() throws IOException {
        assertThat(secrets("tls: {existingSecret: other}")).isEqualTo(secrets(""));
    }

    /** With a cluster that has none of them: the names alone differ. */
    private String secrets(String values) throws IOException {
        Path chart = Manifests.copy(Files.createTempDirectory(folder, "chart"));
        Path helpers = chart.resolve("templates/_helpers.tpl");
        String lookup = "lookup \"v1\" \"Secret\" $.Release.Namespace $name";
        assertThat(helpers).content().contains(lookup);
        Files.writeString(helpers, Files.readString(helpers).replace(lookup, "dict"));
        return Manifests.render(chart, folder, "restartOnSecrets: true\n" + values)
                .one(Deployment.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .get("checksum/secrets");
    }
}
