package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/kubernetes.md are values of the chart, or objects of Kubernetes. */
@Tag("helm")
class KubernetesPageTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n(.+?)```");

    @TempDir
    private Path folder;

    @Test
    void theChartTakesAllExamples() throws IOException {
        List<String> values =
                examples().stream().filter(example -> !isObject(example)).toList();
        assertThat(values).hasSizeGreaterThan(3);
        for (String example : values) {
            assertThat(Manifests.render(folder, example).objects()).as(example).isNotEmpty();
        }
    }

    @Test
    void onOpenShiftTheRouteHasATimeout() throws IOException {
        String example = examples().stream()
                .filter(it -> it.contains("openshift"))
                .findFirst()
                .orElseThrow();
        assertThat(Manifests.render(folder, example)
                        .one(Ingress.class)
                        .getMetadata()
                        .getAnnotations())
                .containsEntry("haproxy.router.openshift.io/timeout", "10m");
    }

    @Test
    void theCommandRunsInAPod() throws IOException {
        String example = examples().stream()
                .filter(KubernetesPageTest::isObject)
                .findFirst()
                .orElseThrow();
        Pod pod = Manifests.read(example).one(Pod.class);
        assertThat(pod.getSpec().getContainers().getFirst().getArgs()).containsExactly("audit", "trust", "--new-trail");
    }

    private static boolean isObject(String example) {
        return example.startsWith("apiVersion:");
    }

    private static List<String> examples() throws IOException {
        return EXAMPLE.matcher(Files.readString(Path.of("docs/kubernetes.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
