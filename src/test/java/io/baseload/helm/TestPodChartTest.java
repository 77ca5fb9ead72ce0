package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pod of {@code helm test}. */
@Tag("helm")
class TestPodChartTest {
    @TempDir
    private Path folder;

    @Test
    void itAsksForReadiness() throws IOException {
        Pod pod = testPod();
        assertThat(pod.getMetadata().getLabels()).doesNotContainEntry("app.kubernetes.io/name", "baseload");
        var management = Manifests.render(folder, "").all(Service.class).stream()
                .map(service -> service.getMetadata().getName())
                .filter(name -> name.endsWith("-management"))
                .findFirst()
                .orElseThrow();
        assertThat(pod.getSpec().getContainers().getFirst().getCommand().getLast())
                .contains(management, "/actuator/health/readiness");
    }

    /** Namespaces with a quota on CPUs admit only pods with a limit. */
    @Test
    void itIsLimited() throws IOException {
        var resources = testPod().getSpec().getContainers().getFirst().getResources();
        assertThat(resources.getLimits()).containsOnlyKeys("cpu", "memory").isEqualTo(resources.getRequests());
    }

    @Test
    void itHasTheImagesUserAndNoVolumes() throws IOException {
        var context = testPod().getSpec().getSecurityContext();
        assertThat(context.getRunAsNonRoot()).isTrue();
        assertThat(context.getRunAsUser()).isNull();
        assertThat(context.getFsGroup()).isNull();
    }

    @Test
    void itMayReadTheProbes() throws IOException {
        var rules = Manifests.render(folder, ChartTest.EVERYTHING)
                .one(NetworkPolicy.class)
                .getSpec()
                .getIngress();
        assertThat(rules.get(1).getFrom().getLast().getPodSelector().getMatchLabels())
                .isEqualTo(testPod().getMetadata().getLabels().entrySet().stream()
                        .filter(label -> !label.getKey().endsWith("managed-by"))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        assertThat(Manifests.render(folder, "networkPolicy: {metricsFrom: []}")
                        .one(NetworkPolicy.class)
                        .getSpec()
                        .getIngress()
                        .get(1)
                        .getFrom())
                .as("everyone")
                .isEmpty();
    }

    /** Helm omits hooks from the rendered objects. */
    private Pod testPod() throws IOException {
        Path chart = Manifests.copy(Files.createTempDirectory(folder, "chart"));
        Path hook = chart.resolve("templates/tests/readiness.yaml");
        assertThat(hook).content().contains("helm.sh/hook: test");
        Files.writeString(hook, Files.readString(hook).replace("helm.sh/hook", "no/hook"));
        return Manifests.render(chart, folder, "").one(Pod.class);
    }
}
