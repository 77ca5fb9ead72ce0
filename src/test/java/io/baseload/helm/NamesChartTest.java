package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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

    private static final String INSTANCE = "app.kubernetes.io/instance";

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

    /** YAML takes some names for something else. */
    @ParameterizedTest
    @ValueSource(strings = {"llm", "123", "1.5", "1e5", "0x1f", "true", "null"})
    void theReleaseIsAStringInEachLabelAndSelector(String release) throws IOException {
        Manifests chart = Manifests.render(Manifests.CHART, release, folder, MONITORING);
        assertThat(chart.objects())
                .extracting(object -> object.getMetadata().getLabels().get(INSTANCE))
                .containsOnly(release);
        assertThat(chart.one(Deployment.class).getSpec().getSelector().getMatchLabels())
                .containsEntry(INSTANCE, release);
        assertThat(chart.one(NetworkPolicy.class)
                        .getSpec()
                        .getIngress()
                        .get(1)
                        .getFrom()
                        .getLast()
                        .getPodSelector()
                        .getMatchLabels())
                .containsEntry(INSTANCE, release);
    }

    @Test
    void namesOfOtherObjectsMayBeNumbers() throws IOException {
        PodSpec pod = Manifests.render(folder, """
            bootstrapKey: {existingSecret: "1", secretKey: "2"}
            database: {url: 'jdbc:postgresql://db/baseload', existingSecret: "3", passwordKey: "4", ownerUsername: "5", ownerPasswordKey: "6", caSecret: "7"}
            audit: {existingSecret: "8", anchorClaim: "9", archiveClaim: "10"}
            encryption: {existingSecret: "11"}
            models: {claim: "12"}
            persistence: {existingClaim: "13"}
            tls: {existingSecret: "14"}
            serviceAccount: {name: "15"}
            priorityClassName: "16"
            ingress: {enabled: true, className: "17", hosts: [llm.example]}
            service: {type: LoadBalancer, loadBalancerClass: "18"}
            identity: {existingSecret: "19"}
            """)
                .one(Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(pod.getPriorityClassName()).isEqualTo("16");
        assertThat(pod.getServiceAccountName()).isEqualTo("15");
        assertThat(pod.getVolumes())
                .extracting(Volume::getSecret)
                .filteredOn(Objects::nonNull)
                .extracting(SecretVolumeSource::getSecretName)
                .containsExactlyInAnyOrder("7", "8", "11", "14", "19");
    }

    /** As {@code helm package --version} may set it; labels can't have the character. */
    @Test
    void theVersionMayHaveAPlus() throws IOException {
        Path chart = Manifests.copy(Files.createTempDirectory(folder, "chart"));
        Path file = chart.resolve("Chart.yaml");
        Files.writeString(
                file, Files.readString(file).replaceAll("(?m)^(version|appVersion): .*", "$1: 1.2.3+build.4"));
        assertThat(Manifests.render(chart, folder, "").objects())
                .extracting(object -> object.getMetadata().getLabels())
                .allMatch(labels -> labels.get("helm.sh/chart").equals("baseload-1.2.3_build.4")
                        && labels.get("app.kubernetes.io/version").equals("1.2.3_build.4"));
    }

    @Test
    void theTwoServicesOfALongNameDiffer() throws IOException {
        assertThat(Manifests.render(Manifests.CHART, "a".repeat(53), folder, "").all(Service.class))
                .extracting(service -> service.getMetadata().getName())
                .containsExactlyInAnyOrder("a".repeat(53) + "-baseload", "a".repeat(52) + "-management");
    }
}
