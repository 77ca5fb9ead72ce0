package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of the Helm chart's objects: Kubernetes accepts them for each name that Helm accepts for a release. */
@Tag("helm")
class NamesChartTest {
    private static final String MONITORING =
            "monitoring: {serviceMonitor: {enabled: true, existingSecret: scraper}, rules: {enabled: true}, dashboard:"
                    + " {enabled: true}}";

    @TempDir
    private Path folder;

    /** The last two are as long as Helm allows. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llm",
                "team.llm",
                "baseload",
                "baseload.v2",
                "1llm",
                "12345678901234567890.2345678901234567890.23456789-123",
                "a2345678901234567890.2345678901234567890.23456789-123"
            })
    void eachIsALabelOfDns(String release) throws IOException {
        List<HasMetadata> objects =
                Manifests.render(Manifests.CHART, release, folder, MONITORING).objects();
        assertThat(objects)
                .extracting(object -> object.getMetadata().getName())
                .allMatch(name -> name.matches("[a-z]([-a-z0-9]{0,61}[a-z0-9])?"));
        assertThat(objects)
                .extracting(
                        object -> object.getKind() + " " + object.getMetadata().getName())
                .doesNotHaveDuplicates();
    }

    @Test
    void theTwoServicesOfALongNameDiffer() throws IOException {
        assertThat(Manifests.render(Manifests.CHART, "a".repeat(53), folder, "").all(Service.class))
                .extracting(service -> service.getMetadata().getName())
                .containsExactlyInAnyOrder("a".repeat(53) + "-baseload", "a".repeat(52) + "-management");
    }
}
