package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Helm chart: linted, rendered with several values, and each rendered object read strictly. */
@Tag("helm")
class ChartTest {
    static final String EVERYTHING = """
        image: {repository: registry.example/baseload, tag: "1.2.3", pullPolicy: Always}
        imagePullSecrets: [{name: pull}]
        bootstrapKey: {existingSecret: first-key, secretKey: api.key}
        database:
          url: jdbc:postgresql://db.example:6543/baseload
          port: 6543
          username: app
          existingSecret: db
          ownerUsername: owner
          cidr: 192.0.2.0/24
        audit: {existingSecret: signer, anchorClaim: anchor, archiveClaim: archive, retention: P400D}
        encryption: {existingSecret: master, secretKey: current}
        memory: {weights: 3000, kvCache: 2000, heap: 700, reserve: 500, hugepages: 4096}
        cpu: {request: "4", limit: "8"}
        models: {claim: files, init: [big.gguf, folder/of/one]}
        env: {LOGGING_LEVEL_ROOT: DEBUG, BASELOAD_FILES_MAXSIZE: 268435456, BASELOAD_MCP_ENABLED: false}
        extraEnv: [{name: TOKEN, valueFrom: {secretKeyRef: {name: other, key: token}}}]
        extraVolumes: [{name: certificates, configMap: {name: ca}}]
        extraVolumeMounts: [{name: certificates, mountPath: /certificates, readOnly: true}]
        initContainers: [{name: fetch, image: "busybox:1", command: ["true"]}]
        sidecars: [{name: proxy, image: "proxy:1"}]
        management: {port: 9090}
        monitoring:
          serviceMonitor: {enabled: true, existingSecret: scraper, labels: {release: prometheus}}
          rules: {enabled: true, labels: {release: prometheus}, runbooks: "https://wiki.example/baseload"}
          dashboard: {enabled: true, annotations: {grafana_folder: LLM}}
        tls: {existingSecret: certificate}
        ingress:
          enabled: true
          className: nginx
          annotations: {nginx.ingress.kubernetes.io/proxy-buffering: "off"}
          hosts: [llm.example]
          tls: [{hosts: [llm.example], secretName: llm}]
        httpRoute: {enabled: true, parentRefs: [{name: gateway, namespace: edge}], hostnames: [llm.example]}
        persistence: {existingClaim: store}
        service:
          type: LoadBalancer
          port: 80
          nodePort: 30080
          loadBalancerClass: example/internal
          loadBalancerSourceRanges: [192.0.2.0/24]
          sessionAffinity: ClientIP
          annotations: {a/b: c}
        serviceAccount: {name: robot, annotations: {d/e: f}}
        shutdown: {phase: 600, drain: 10}
        networkPolicy:
          from: [{namespaceSelector: {matchLabels: {team: apps}}}]
          metricsFrom: [{namespaceSelector: {matchLabels: {team: monitoring}}}]
          egress: [{ports: [{port: 4318, protocol: TCP}]}]
        priorityClassName: high
        topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}]
        podAnnotations: {g/h: i}
        podLabels: {j: k}
        nodeSelector: {disk: fast}
        tolerations: [{key: cpu, operator: Exists, effect: NoSchedule}]
        affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: x, operator: Exists}]}]}}}
        """;

    @TempDir
    private Path folder;

    @Test
    void lints() {
        LintResult result = new Helm(Manifests.CHART).lint().strict().call();
        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    @Test
    void oneReplicaThatIsNeverDoubled() throws IOException {
        Manifests chart = render("");
        var deployment = chart.one(Deployment.class).getSpec();
        assertThat(deployment.getReplicas()).isEqualTo(1);
        assertThat(deployment.getStrategy().getType()).isEqualTo("Recreate");
        assertThat(service(chart, "http").getSpec().getSessionAffinity()).isEqualTo("None");
        assertThat(service(chart, "http").getSpec().getExternalTrafficPolicy()).isNull();
        assertThat(chart.one(PodDisruptionBudget.class).getSpec().getMaxUnavailable())
                .isEqualTo(new IntOrString(1));
        Map<String, String> labels = deployment.getTemplate().getMetadata().getLabels();
        assertThat(labels).containsAllEntriesOf(deployment.getSelector().getMatchLabels());
        assertThat(labels)
                .containsAllEntriesOf(service(chart, "http").getSpec().getSelector())
                .containsAllEntriesOf(service(chart, "management").getSpec().getSelector());
        assertThat(labels)
                .containsAllEntriesOf(chart.one(NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "60, 5", "600, 10"})
    void graceIsLongerThanTheShutdownPhase(int phase, int drain) throws IOException {
        Manifests chart = render("shutdown: {phase: " + phase + ", drain: " + drain + "}");
        assertThat(chart.config()).containsEntry("SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE", phase + "s");
        assertThat(pod(chart).getTerminationGracePeriodSeconds()).isGreaterThan(phase + drain);
        assertThat(container(chart).getLifecycle().getPreStop().getSleep().getSeconds())
                .isEqualTo(drain);
    }

    @ParameterizedTest
    @CsvSource({"512, 1024, 512", "128, 64, 256", "80000, 16000, 1024"})
    void memoryLimitHoldsWeightsCacheAndHeap(long weights, long cache, long heap) throws IOException {
        Manifests chart = render("memory: {weights: %d, kvCache: %d, heap: %d}".formatted(weights, cache, heap));
        var resources = container(chart).getResources();
        Quantity limit = resources.getLimits().get("memory");
        assertThat(limit.getNumericalAmount().longValueExact() >> 20).isGreaterThan(weights + cache + heap);
        assertThat(resources.getRequests()).containsEntry("memory", limit);
        assertThat(chart.config()).containsEntry("BASELOAD_JAVA_OPTS", "-Xmx" + heap + "m");
    }

    @Test
    void runsWithoutRightsOnAReadOnlyRoot() throws IOException {
        Manifests chart = render("");
        PodSpec pod = pod(chart);
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(chart.one(ServiceAccount.class).getAutomountServiceAccountToken())
                .isFalse();
        var rights = container(chart).getSecurityContext();
        assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
        assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
        assertThat(rights.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container(chart).getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .contains("/tmp", chart.config().get("BASELOAD_HOME"))
                .anyMatch(chart.config().get("DJL_CACHE_DIR")::startsWith);
    }

    @Test
    void probesAskForLivenessAndReadiness() throws IOException {
        Manifests chart = render("{startup: {deadline: 600, progress: 7200}, model: {ready: first}}");
        assertThat(chart.one(Deployment.class).getSpec().getProgressDeadlineSeconds())
                .isEqualTo(7200);
        assertThat(chart.config()).containsEntry("BASELOAD_MODEL_READY", "first");
        Container container = container(chart);
        Probe startup = container.getStartupProbe();
        assertThat(startup.getPeriodSeconds() * startup.getFailureThreshold()).isEqualTo(600);
        assertThat(startup.getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(startup.getHttpGet().getPort()).isEqualTo(new IntOrString("management"));
        assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/readiness");
    }

    @Test
    void secretsAreOnlyReferredTo() throws IOException {
        Manifests chart = render(EVERYTHING);
        assertThat(container(chart).getEnv())
                .filteredOn(variable -> !variable.getName().equals("TOKEN"))
                .extracting(
                        EnvVar::getName,
                        e -> e.getValueFrom().getSecretKeyRef().getName(),
                        e -> e.getValueFrom().getSecretKeyRef().getKey())
                .containsExactly(
                        tuple("BASELOAD_BOOTSTRAP_KEY", "first-key", "api.key"),
                        tuple("SPRING_DATASOURCE_PASSWORD", "db", "password"),
                        tuple("SPRING_FLYWAY_PASSWORD", "db", "owner-password"));
        assertThat(chart.config())
                .containsEntry("SPRING_DATASOURCE_URL", "jdbc:postgresql://db.example:6543/baseload")
                .containsEntry("SPRING_DATASOURCE_USERNAME", "app")
                .containsEntry("SPRING_FLYWAY_USER", "owner")
                .containsEntry("LOGGING_LEVEL_ROOT", "DEBUG")
                .containsEntry("BASELOAD_FILES_MAXSIZE", "268435456")
                .containsEntry("BASELOAD_MCP_ENABLED", "false");
    }

    @Test
    void withoutADatabaseTheChartConfiguresNone() throws IOException {
        Manifests chart = render("");
        assertThat(chart.config().keySet()).noneMatch(name -> name.startsWith("SPRING_DATASOURCE"));
        assertThat(container(chart).getEnv()).extracting(EnvVar::getName).containsExactly("BASELOAD_BOOTSTRAP_KEY");
        assertThat(chart.one(NetworkPolicy.class).getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(chart.one(NetworkPolicy.class).getSpec().getEgress()).isEmpty();
    }

    @Test
    void everyValueArrives() throws IOException {
        Manifests chart = render(EVERYTHING);
        assertThat(chart.has(PersistentVolumeClaim.class)).isFalse();
        PodSpec pod = pod(chart);
        assertThat(pod.getVolumes().getFirst().getPersistentVolumeClaim().getClaimName())
                .isEqualTo("store");
        assertThat(pod.getServiceAccountName()).isEqualTo("robot");
        assertThat(pod.getNodeSelector()).containsEntry("disk", "fast");
        assertThat(pod.getTolerations()).hasSize(1);
        assertThat(pod.getAffinity().getNodeAffinity()).isNotNull();
        assertThat(container(chart).getImage()).isEqualTo("registry.example/baseload:1.2.3");
        assertThat(container(chart).getResources().getLimits()).containsEntry("cpu", new Quantity("8"));
        var service = service(chart, "http").getSpec();
        assertThat(service.getPorts().getFirst().getPort()).isEqualTo(80);
        assertThat(service.getPorts().getFirst().getNodePort()).isEqualTo(30080);
        assertThat(service.getSessionAffinity()).isEqualTo("ClientIP");
        assertThat(service.getExternalTrafficPolicy()).isEqualTo("Local");
        assertThat(service.getLoadBalancerClass()).isEqualTo("example/internal");
        assertThat(service.getLoadBalancerSourceRanges()).containsExactly("192.0.2.0/24");
        assertThat(container(chart).getResources().getLimits()).containsEntry("hugepages-2Mi", new Quantity("4096Mi"));
        assertThat(pod.getPriorityClassName()).isEqualTo("high");
        assertThat(pod.getTopologySpreadConstraints()).hasSize(1);
        assertThat(pod.getInitContainers())
                .extracting(Container::getName)
                .containsExactly("fetch", "import-0", "import-1");
        assertThat(pod.getInitContainers().get(2).getArgs())
                .containsExactly("import", "/var/lib/baseload/import/folder/of/one");
        assertThat(pod.getContainers()).extracting(Container::getName).containsExactly("baseload", "proxy");
        assertThat(container(chart).getEnv()).extracting(EnvVar::getName).contains("TOKEN");
        assertThat(container(chart).getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .contains(
                        "/var/lib/baseload/import",
                        "/audit-key",
                        "/audit-anchor",
                        "/audit-archive",
                        "/master-key",
                        "/tls",
                        "/certificates");
        assertThat(pod.getVolumes())
                .extracting(volume -> volume.getName())
                .contains("import", "audit-key", "audit-anchor", "audit-archive", "master-key", "tls", "certificates");
        assertThat(chart.config())
                .containsEntry("BASELOAD_AUDIT_KEYFILE", "/audit-key/audit-key.pem")
                .containsEntry("BASELOAD_AUDIT_ANCHOR_FILE", "/audit-anchor/checkpoints.jsonl")
                .containsEntry("BASELOAD_AUDIT_ARCHIVE", "/audit-archive")
                .containsEntry("BASELOAD_AUDIT_RETENTION", "P400D")
                .containsEntry("BASELOAD_ENCRYPTION_KEYFILE", "/master-key/current")
                .containsEntry("BASELOAD_MANAGEMENT_PORT", "9090")
                .containsEntry("SERVER_SSL_BUNDLE", "server");
        assertThat(container(chart).getReadinessProbe().getHttpGet().getScheme())
                .isNull();
        assertThat(chart.one(Ingress.class).getSpec().getRules().getFirst().getHost())
                .isEqualTo("llm.example");
        assertThat(chart.one(HTTPRoute.class)
                        .getSpec()
                        .getParentRefs()
                        .getFirst()
                        .getName())
                .isEqualTo("gateway");
        var policy = chart.one(NetworkPolicy.class).getSpec();
        assertThat(policy.getIngress())
                .extracting(
                        rule -> rule.getPorts().getFirst().getPort().getStrVal(),
                        rule -> rule.getFrom()
                                .getFirst()
                                .getNamespaceSelector()
                                .getMatchLabels()
                                .get("team"))
                .containsExactly(tuple("http", "apps"), tuple("management", "monitoring"));
        var egress = policy.getEgress();
        assertThat(egress.get(1).getTo().getFirst().getIpBlock().getCidr()).isEqualTo("192.0.2.0/24");
        assertThat(egress)
                .extracting(rule -> rule.getPorts().stream()
                        .map(port -> port.getProtocol() + port.getPort().getIntVal())
                        .toList())
                .containsExactly(
                        List.of("UDP53", "TCP53", "UDP5353", "TCP5353"), List.of("TCP6543"), List.of("TCP4318"));
    }

    @Test
    void anExistingAccountIsOnlyNamed() throws IOException {
        Manifests chart = render("serviceAccount: {create: false, name: robot}");
        assertThat(chart.has(ServiceAccount.class)).isFalse();
        assertThat(pod(chart).getServiceAccountName()).isEqualTo("robot");
        assertThat(pod(render("serviceAccount: {create: false}")).getServiceAccountName())
                .isEqualTo("default");
        assertThat(render("serviceAccount: {create: null}").has(ServiceAccount.class))
                .as("values of an earlier chart")
                .isTrue();
    }

    @Test
    void prometheusAndGrafanaFindWhatTheyNeed() throws IOException {
        Manifests chart = render(EVERYTHING);
        var monitor = chart.operators("ServiceMonitor");
        assertThat(monitor.<Object>get("spec", "endpoints", 0, "authorization", "credentials"))
                .isEqualTo(Map.of("name", "scraper", "key", "key"));
        assertThat(monitor.<String>get("spec", "endpoints", 0, "path")).isEqualTo("/actuator/prometheus");
        assertThat(monitor.getMetadata().getLabels()).containsEntry("release", "prometheus");
        assertThat(service(chart, "management").getMetadata().getLabels())
                .containsAllEntriesOf(monitor.<Map<String, String>>get("spec", "selector", "matchLabels"));
        List<Map<String, Object>> rules = chart.operators("PrometheusRule").get("spec", "groups", 0, "rules");
        assertThat(rules)
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.get("annotations"))
                        .extracting("runbook_url")
                        .isEqualTo("https://wiki.example/baseload#"
                                + rule.get("alert").toString().toLowerCase(Locale.ROOT)));
        var dashboard = chart.all(ConfigMap.class).stream()
                .filter(map -> map.getMetadata().getLabels().containsKey("grafana_dashboard"))
                .findFirst()
                .orElseThrow();
        assertThat(dashboard.getMetadata().getAnnotations()).containsEntry("grafana_folder", "LLM");
        assertThat(dashboard.getData().get("baseload.json"))
                .isEqualTo(Files.readString(Manifests.CHART.resolve("monitoring/dashboard.json"))
                        .strip());
    }

    @Test
    void thePodIsGuaranteedWholeCpus() throws IOException {
        var resources = container(render("")).getResources();
        assertThat(resources.getRequests()).isEqualTo(resources.getLimits()).containsEntry("cpu", new Quantity("2"));
        assertThat(container(render("cpu: {request: 3}")).getResources().getLimits())
                .containsEntry("cpu", new Quantity("3"));
        assertThat(container(render("cpu: {request: 500m, limit: none}"))
                        .getResources()
                        .getLimits())
                .doesNotContainKey("cpu");
    }

    @Test
    void theClusterMayChooseTheUser() throws IOException {
        var usual = pod(render("")).getSecurityContext();
        assertThat(usual.getRunAsUser()).as("the image's").isNull();
        assertThat(usual.getRunAsGroup()).isNull();
        assertThat(usual.getFsGroup()).isEqualTo(10001);
        assertThat(usual.getRunAsNonRoot()).isTrue();
        var fixed = pod(render("security: {user: 2000}")).getSecurityContext();
        assertThat(List.of(fixed.getRunAsUser(), fixed.getRunAsGroup(), fixed.getFsGroup()))
                .containsOnly(2000L);
        var free = pod(render("security: {user: 0}")).getSecurityContext();
        assertThat(free.getRunAsUser()).isNull();
        assertThat(free.getRunAsGroup()).isNull();
        assertThat(free.getFsGroup()).isNull();
        assertThat(free.getRunAsNonRoot()).isTrue();
    }

    @Test
    void theImagesUserIsNumeric() throws IOException {
        assertThat(Files.readAllLines(Path.of("Dockerfile")))
                .as("or runAsNonRoot is refused")
                .contains("USER 10001:10001");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: 2 | database.url",
                "replicas: 2 | database.existingSecret",
                "replicas: 2 | audit.existingSecret",
                "replicas: 2 | audit.anchorClaim",
                "replicas: 2 | ReadWriteMany, or persistence.existingClaim",
                "{replicas: 2, database: {url: 'jdbc:postgresql://db/b', existingSecret: db}} | audit.existingSecret",
                "{replicas: 2, database: {url: 'jdbc:postgresql://db/b', existingSecret: db}, audit: {existingSecret:"
                        + " k}} | audit.anchorClaim",
                "{engine: {enabled: false}, database: {url: 'jdbc:postgresql://db/b', existingSecret: db}, audit:"
                        + " {existingSecret: k}} | audit.anchorClaim",
                "{replicas: 2, database: {url: 'jdbc:postgresql://db/b', existingSecret: db}, audit: {existingSecret:"
                        + " k, anchorClaim: a}} | ReadWriteMany",
                "models: {claim: a, image: b} | not both",
                "ingress: {enabled: true} | ingress.hosts",
                "httpRoute: {enabled: true} | httpRoute.parentRefs"
            })
    void refusesWhatCannotWork(String values, String reason) {
        assertThatThrownBy(() -> render(values)).hasMessageContaining(reason);
    }

    @Test
    void anImageMayBeNamedByItsDigestAndHoldModels() throws IOException {
        Manifests chart = render("image: {repository: r/b, digest: 'sha256:" + "a".repeat(64)
                + "'}\nmodels: {image: 'registry.example/models:1'}");
        assertThat(container(chart).getImage()).isEqualTo("r/b@sha256:" + "a".repeat(64));
        assertThat(pod(chart).getVolumes())
                .filteredOn(volume -> volume.getName().equals("import"))
                .singleElement()
                .satisfies(
                        volume -> assertThat(volume.getImage().getReference()).isEqualTo("registry.example/models:1"));
    }

    @Test
    void theClaimOutlivesTheRelease() throws IOException {
        var claim = render("persistence: {size: 50Gi, storageClass: fast}").one(PersistentVolumeClaim.class);
        assertThat(claim.getMetadata().getAnnotations()).containsEntry("helm.sh/resource-policy", "keep");
        assertThat(claim.getSpec().getStorageClassName()).isEqualTo("fast");
        assertThat(claim.getSpec().getResources().getRequests()).containsEntry("storage", new Quantity("50Gi"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: -1 | replicas",
                "image: {digest: abc} | digest",
                "management: {port: 8080} | port",
                "cpu: {request: 0} | request",
                "memory: {heap: 512, wieghts: 1} | wieghts",
                "memory: {heap: 8} | minimum",
                "memory: {hugepages: 4097} | multiple",
                "memory: {weights: 512Mi} | integer",
                "shutdown: {phase: 0} | minimum",
                "bootstrapKey: {existingSecret: ''} | pattern",
                "bootstrapKey: {value: bl_secret} | value",
                "database: {url: 'postgres://x'} | pattern",
                "service: {type: Magic} | value must be one of",
                "env: {SERVER_PORT: '1'} | SERVER_PORT",
                "env: {BASELOAD_ENGINE_ENABLED: 'false'} | BASELOAD_ENGINE_ENABLED",
                "env: {lower: '1'} | lower",
                "persistence: {size: 20} | string",
                "persistence: {accessMode: ReadOnlyMany} | value must be one of"
            })
    void refusesWrongValues(String values, String reason) {
        assertThatThrownBy(() -> render(values)).hasMessageContaining(reason);
    }

    @Test
    void refusesADatabaseWithoutItsPassword() {
        assertThatThrownBy(() -> render("database: {url: 'jdbc:postgresql://db/baseload'}"))
                .hasMessageContaining("database.existingSecret must name the Secret");
    }

    @Test
    void anUnknownFieldWouldBeSeen() {
        String yaml = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {prots: []}\n";
        assertThatThrownBy(() -> Manifests.read(yaml)).isInstanceOf(UnrecognizedPropertyException.class);
        assertThatThrownBy(() -> Manifests.read("apiVersion: v1\nkind: Service\nkind: Service\n"))
                .hasMessageContaining("uplicate");
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

    private static Service service(Manifests chart, String port) {
        return chart.all(Service.class).stream()
                .filter(service ->
                        service.getSpec().getPorts().getFirst().getName().equals(port))
                .findFirst()
                .orElseThrow();
    }
}
