package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart's values for several pods, and for gateways. */
@Tag("helm")
class SeveralPodsChartTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"replicas: 3", "autoscaling: {enabled: true}"})
    void severalReplicasShareDatabaseKeyAndModels(String several) throws IOException {
        Manifests chart = render("""
            database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}
            audit: {existingSecret: signer, anchorClaim: anchor}
            persistence: {accessMode: ReadWriteMany}
            """ + several);
        var deployment = chart.one(Deployment.class).getSpec();
        assertThat(deployment.getStrategy().getType()).isEqualTo("RollingUpdate");
        assertThat(deployment.getStrategy().getRollingUpdate().getMaxUnavailable())
                .isEqualTo(new IntOrString(0));
        assertThat(chart.config()).as("no gap in a rollout").containsEntry("BASELOAD_MODEL_READY", "all");
        assertThat(deployment.getProgressDeadlineSeconds()).isEqualTo(1800);
        assertThat(pod(chart).getVolumes().getFirst().getEmptyDir()).isNotNull();
        assertThat(container(chart).getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("store"))
                .extracting(VolumeMount::getSubPath)
                .containsExactly("models", "import");
        assertThat(pod(chart).getTopologySpreadConstraints()).hasSize(1);
        boolean scaled = several.startsWith("autoscaling");
        assertThat(chart.has(HorizontalPodAutoscaler.class)).isEqualTo(scaled);
        assertThat(deployment.getReplicas()).isEqualTo(scaled ? null : 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicas: 2", "autoscaling: {enabled: true}", "engine: {enabled: false}"})
    void severalPodsArchiveOnlyWhereItOutlivesThem(String several) throws IOException {
        String values = """
            database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}
            persistence: {accessMode: ReadWriteMany}
            audit: {existingSecret: signer, anchorClaim: anchor, retention: P400D%s}
            """ + several;
        assertThatThrownBy(() -> render(values.formatted(""))).hasMessageContaining("audit.archiveClaim");
        Manifests chart = render(values.formatted(", archiveClaim: archive"));
        assertThat(chart.config()).containsEntry("BASELOAD_AUDIT_ARCHIVE", "/audit-archive");
        assertThat(container(chart).getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("audit-archive"))
                .extracting(VolumeMount::getMountPath)
                .containsExactly("/audit-archive");
        assertThat(pod(chart).getVolumes())
                .filteredOn(volume -> volume.getName().equals("audit-archive"))
                .extracting(volume -> volume.getPersistentVolumeClaim().getClaimName())
                .containsExactly("archive");
    }

    @Test
    void aGatewayHasNoVolumeOfItsOwnAndNoMemoryForModels() throws IOException {
        String gateway = """
            engine: {enabled: false}
            database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}
            audit: {existingSecret: trail, anchorClaim: anchor}
            """;
        Manifests chart = render(gateway);
        assertThat(chart.config()).containsEntry("BASELOAD_ENGINE_ENABLED", "false");
        assertThat(chart.all(PersistentVolumeClaim.class)).isEmpty();
        assertThat(pod(chart).getVolumes())
                .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
                .extracting(volume -> volume.getName())
                .containsExactly("audit-anchor");
        assertThat(container(chart).getResources().getLimits()).containsEntry("memory", new Quantity("896Mi"));
        assertThat(chart.one(Deployment.class).getSpec().getStrategy().getType())
                .isEqualTo("RollingUpdate");
        assertThatThrownBy(() -> render("engine: {enabled: false}"))
                .hasMessageContaining("a gateway needs an external database");
        assertThatThrownBy(() -> render(gateway + "models: {claim: files}"))
                .hasMessageContaining("a gateway has no models");
    }

    @ParameterizedTest
    @CsvSource({"Recreate, Recreate", "RollingUpdate, RollingUpdate", "null, RollingUpdate"})
    void anUpgradeMayStopAllOldPodsFirst(String strategy, String rendered) throws IOException {
        Manifests chart = render("""
            engine: {enabled: false}
            database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}
            audit: {existingSecret: trail, anchorClaim: anchor}
            strategy: %s
            """.formatted(strategy));
        var chosen = chart.one(Deployment.class).getSpec().getStrategy();
        assertThat(chosen.getType()).isEqualTo(rendered);
        assertThat(chosen.getRollingUpdate() != null).isEqualTo(rendered.equals("RollingUpdate"));
    }

    @Test
    void theAutoscalersBoundsAreInOrder() {
        assertThatThrownBy(() -> render("""
            database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}
            audit: {existingSecret: signer, anchorClaim: anchor}
            persistence: {accessMode: ReadWriteMany}
            autoscaling: {enabled: true, minReplicas: 5}
            """))
                .hasMessageContaining("autoscaling.minReplicas must not exceed autoscaling.maxReplicas");
    }

    /** As {@code helm upgrade --reuse-values} passes the values of a chart without gateways on. */
    @Test
    void valuesOfAnEarlierChartAreForAnEngine() throws IOException {
        Manifests chart = render("engine: {enabled: null}");
        assertThat(chart.config()).doesNotContainKey("BASELOAD_ENGINE_ENABLED");
        assertThat(chart.has(PersistentVolumeClaim.class)).isTrue();
        assertThat(chart.one(Deployment.class).getSpec().getStrategy().getType())
                .isEqualTo("Recreate");
        assertThat(container(chart).getResources().getLimits()).containsEntry("memory", new Quantity("2432Mi"));
    }

    private Manifests render(String values) throws IOException {
        return Manifests.render(folder, values);
    }

    private static PodSpec pod(Manifests chart) {
        return chart.one(Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static Container container(Manifests chart) {
        return pod(chart).getContainers().getFirst();
    }
}
