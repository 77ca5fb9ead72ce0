package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upgrades of a release between values, in both directions: Kubernetes refuses them if a field would change that it lets nobody change. */
@Tag("helm")
class UpgradesChartTest {
    private static final String DATABASE = """
        database: {url: 'jdbc:postgresql://db/baseload', existingSecret: db}
        audit: {existingSecret: signer, anchorClaim: anchor}
        """;

    private static final List<String> VALUES = List.of(
            "",
            ChartTest.EVERYTHING,
            DATABASE,
            DATABASE + "replicas: 3\npersistence: {accessMode: ReadWriteMany}",
            DATABASE + "autoscaling: {enabled: true}\npersistence: {accessMode: ReadWriteMany}",
            DATABASE + "engine: {enabled: false}",
            "persistence: {size: 50Gi}",
            "service: {type: NodePort, nodePort: 30080}",
            "service: {type: LoadBalancer}",
            "security: {user: 0}",
            "podLabels: {team: llm}",
            "monitoring: {serviceMonitor: {enabled: true, existingSecret: scraper}}");

    @TempDir
    private Path folder;

    /** The two that the documentation names. */
    @Test
    void onlyTheModeOfAClaimAndTheClassOfALoadBalancerStay() throws IOException {
        var refused = new TreeSet<String>();
        var all = fixed(Manifests.CHART);
        for (var before : all) {
            for (var after : all) {
                before.forEach((field, value) -> {
                    if (!value.equals(after.getOrDefault(field, value))) {
                        refused.add(field);
                    }
                });
            }
        }
        assertThat(refused)
                .containsExactly(
                        "PersistentVolumeClaim test-baseload accessModes", "Service test-baseload loadBalancerClass");
    }

    @Test
    void theNextVersionOfTheChartChangesNothingThatStays() throws IOException {
        Path next = Manifests.copy(Files.createTempDirectory(folder, "next"));
        Path chart = next.resolve("Chart.yaml");
        String now = Files.readString(chart);
        String later = now.replaceAll("(?m)^(version|appVersion): .*$", "$1: 99.0.0");
        assertThat(later).isNotEqualTo(now);
        Files.writeString(chart, later);
        assertThat(fixed(next)).isEqualTo(fixed(Manifests.CHART));
    }

    /** Helm would delete an object of another name, and with a Service its address. */
    @Test
    void theMainObjectsKeepTheirNames() throws IOException {
        for (Manifests chart : rendered(Manifests.CHART)) {
            assertThat(chart.all(Deployment.class))
                    .extracting(UpgradesChartTest::name)
                    .containsExactly("test-baseload");
            assertThat(chart.all(Service.class))
                    .extracting(UpgradesChartTest::name)
                    .containsExactly("test-baseload", "test-baseload-management");
        }
    }

    private List<Manifests> rendered(Path chart) throws IOException {
        var rendered = new ArrayList<Manifests>();
        for (String values : VALUES) {
            rendered.add(Manifests.render(chart, folder, values));
        }
        return rendered;
    }

    private List<Map<String, String>> fixed(Path chart) throws IOException {
        return rendered(chart).stream().map(UpgradesChartTest::fixed).toList();
    }

    /** The fields that can't be changed, by their objects. */
    private static Map<String, String> fixed(Manifests chart) {
        var fields = new HashMap<String, String>();
        for (HasMetadata object : chart.objects()) {
            String of = object.getKind() + " " + name(object) + " ";
            switch (object) {
                case Deployment deployment ->
                    fields.put(
                            of + "selector", deployment.getSpec().getSelector().toString());
                case PersistentVolumeClaim claim -> {
                    var spec = claim.getSpec();
                    fields.put(of + "accessModes", spec.getAccessModes().toString());
                    fields.put(of + "storageClassName", String.valueOf(spec.getStorageClassName()));
                    fields.put(of + "volumeName", String.valueOf(spec.getVolumeName()));
                    fields.put(of + "volumeMode", String.valueOf(spec.getVolumeMode()));
                    fields.put(of + "selector", String.valueOf(spec.getSelector()));
                    fields.put(of + "dataSource", String.valueOf(spec.getDataSource()));
                }
                case Service service -> {
                    var spec = service.getSpec();
                    fields.put(of + "clusterIP", String.valueOf(spec.getClusterIP()));
                    if (spec.getType().equals("LoadBalancer")) {
                        fields.put(of + "loadBalancerClass", String.valueOf(spec.getLoadBalancerClass()));
                    }
                }
                case ConfigMap map -> fields.put(of + "immutable", String.valueOf(map.getImmutable()));
                default -> {}
            }
        }
        return fields;
    }

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }
}
