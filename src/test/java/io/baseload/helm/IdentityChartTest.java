package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.identity.IdentityProperties;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.support.SpringApplicationJsonEnvironmentPostProcessor;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Identity providers in the Helm chart's values: the service reads from the rendered objects what was meant. */
@Tag("helm")
class IdentityChartTest {
    @TempDir
    private Path folder;

    @Test
    void theServiceReadsTheProvidersOfTheValues() throws IOException {
        Path secret = Files.writeString(folder.resolve("client-secret"), "s3cret");
        Manifests chart = render("""
            identity:
              publicUrl: https://llm.example.com
              timeout: 7s
              issuers:
                - issuer: https://login.example.com/realms/staff
                  audiences: [baseload]
                  groupsClaim: realm_access.roles
                  clockSkew: 30s
                  rules: [{group: llm-users, tenant: research, roles: [user], models: [default]}]
                  signIn: {clientId: console, name: Staff, clientSecretFile: "%s", maxSession: 4h}
              existingSecret: provider
            """.formatted(secret));
        IdentityProperties read = properties(chart);
        assertThat(read.publicUrl()).hasToString("https://llm.example.com");
        assertThat(read.timeout()).hasSeconds(7);
        assertThat(read.issuers()).singleElement().satisfies(issuer -> {
            assertThat(issuer.issuer()).hasToString("https://login.example.com/realms/staff");
            assertThat(issuer.groupsClaim()).isEqualTo("realm_access.roles");
            assertThat(issuer.clockSkew()).hasSeconds(30);
            assertThat(issuer.rules()).singleElement().satisfies(rule -> {
                assertThat(rule.tenant()).isEqualTo("research");
                assertThat(rule.models()).containsExactly("default");
            });
            assertThat(issuer.signIn()).satisfies(signIn -> {
                assertThat(signIn.clientId()).isEqualTo("console");
                assertThat(signIn.maxSession()).hasHours(4);
                assertThat(signIn.scopes()).containsExactly("openid", "profile");
            });
        });
        var pod = chart.one(Deployment.class).getSpec().getTemplate().getSpec();
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getName().equals("identity"))
                .extracting(Volume::getSecret)
                .singleElement()
                .satisfies(mounted -> assertThat(mounted.getSecretName()).isEqualTo("provider"));
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("identity"))
                .extracting(VolumeMount::getMountPath)
                .containsExactly("/identity");
    }

    /** The second as {@code helm upgrade --reuse-values} passes them on from an earlier chart. */
    @ParameterizedTest
    @ValueSource(strings = {"", "identity: null"})
    void withoutProvidersNothingIsSaidOfThem(String values) throws IOException {
        Manifests chart = render(values);
        assertThat(chart.config()).doesNotContainKey("SPRING_APPLICATION_JSON");
        assertThat(chart.one(Deployment.class).getSpec().getTemplate().getSpec().getVolumes())
                .noneMatch(volume -> volume.getName().equals("identity"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "issuer: 'http://login.example.com', audiences: [a], rules: [{group: g, roles: [user]}] | pattern",
                "issuer: 'https://a.example', audiences: [], rules: [{group: g, roles: [user]}] | audiences",
                "issuer: 'https://a.example', audiences: [a], rules: [] | rules",
                "issuer: 'https://a.example', audiences: [a], rules: [{group: g, roles: [user]}], signIn: {clientId:"
                        + " c, clientSecret: s} | clientSecret",
                "issuer: 'https://a.example', audiences: [a], rules: [{group: g, roles: [user]}], signIn: {} | clientId"
            })
    void refusesWhatCannotWork(String issuer, String reason) {
        assertThatThrownBy(() -> render("identity: {issuers: [{" + issuer + "}]}"))
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "env: {SPRING_APPLICATION_JSON: '{}'}",
                "extraEnv: [{name: SPRING_APPLICATION_JSON, value: '{}'}]",
                "extraEnv: [{name: A, value: b}, {name: SPRING_APPLICATION_JSON, valueFrom: {secretKeyRef: {name: a,"
                        + " key: b}}}]"
            })
    void aSecondSourceOfTheSameSettingsIsRefused(String source) {
        assertThatThrownBy(() -> render("""
            identity: {issuers: [{issuer: "https://a.example", audiences: [a], rules: [{group: g, roles: [user]}]}]}
            """ + source)).hasMessageContaining("leave it out of env and extraEnv");
    }

    /** As the service reads them. */
    private static IdentityProperties properties(Manifests chart) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("pod", Map.copyOf(chart.config())));
        new SpringApplicationJsonEnvironmentPostProcessor()
                .postProcessEnvironment(environment, new SpringApplication());
        return new Binder(ConfigurationPropertySources.from(environment.getPropertySources()))
                .bind("baseload.identity", IdentityProperties.class)
                .get();
    }

    private Manifests render(String values) throws IOException {
        return Manifests.render(folder, values);
    }
}
