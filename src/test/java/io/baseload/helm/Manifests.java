package io.baseload.helm;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rendered Kubernetes objects, read strictly: a field that Kubernetes doesn't have, or has twice, is an error, and so is a number where it wants a string. */
record Manifests(List<HasMetadata> objects) {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/PersistentVolumeClaim", PersistentVolumeClaim.class),
            Map.entry("v1/Pod", Pod.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class));

    /** Of the Prometheus operator, whose fields are not known here. */
    private static final Set<String> OPERATOR =
            Set.of("monitoring.coreos.com/v1/PrometheusRule", "monitoring.coreos.com/v1/ServiceMonitor");

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .annotationIntrospector(new NoAnySetters())
            .build();

    static final Path CHART = Path.of("helm/baseload");

    /**
     * Renders the chart.
     *
     * @param folder for the file with the values
     */
    static Manifests render(Path folder, String values) throws IOException {
        return render(CHART, folder, values);
    }

    static Manifests render(Path chart, Path folder, String values) throws IOException {
        return render(chart, "test", folder, values);
    }

    static Manifests render(Path chart, String release, Path folder, String values) throws IOException {
        Path file = Files.writeString(folder.resolve("values.yaml"), values);
        return read(new Helm(chart)
                .template()
                .withName(release)
                .withNamespace("llm")
                .withKubeVersion("1.34.0")
                .withValuesFile(file)
                .call());
    }

    /** A copy of the chart, to be changed. */
    static Path copy(Path folder) throws IOException {
        try (var files = Files.walk(CHART)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(CHART.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return folder;
    }

    /** The service's environment. */
    Map<String, String> config() {
        return all(ConfigMap.class).stream()
                .map(ConfigMap::getData)
                .filter(data -> data.containsKey("BASELOAD_HOME"))
                .findFirst()
                .orElseThrow();
    }

    static Manifests read(String yaml) throws IOException {
        YAMLFactory factory = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        var objects = new ArrayList<HasMetadata>();
        try (YAMLParser parser = factory.createParser(yaml);
                var documents = STRICT.readerFor(JsonNode.class).<JsonNode>readValues(parser)) {
            while (documents.hasNext()) {
                objects.add(object(documents.next()));
            }
        }
        return new Manifests(objects);
    }

    private static HasMetadata object(JsonNode document) throws IOException {
        String kind = document.path("apiVersion").asText() + "/"
                + document.path("kind").asText();
        if (OPERATOR.contains(kind)) {
            return new JsonMapper().treeToValue(document, GenericKubernetesResource.class);
        }
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            throw new IOException("unexpected object " + kind);
        }
        return STRICT.treeToValue(document, type);
    }

    /** The objects of a type. */
    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The only object of a type. */
    <T extends HasMetadata> T one(Class<T> type) {
        List<T> found = all(type);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " objects of " + type.getSimpleName());
        }
        return found.getFirst();
    }

    /** The operator's only object of a kind. */
    GenericKubernetesResource operators(String kind) {
        return all(GenericKubernetesResource.class).stream()
                .filter(object -> object.getKind().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    boolean has(Class<? extends HasMetadata> type) {
        return objects.stream().anyMatch(type::isInstance);
    }

    /** fabric8's classes keep unknown fields by any-setters; without these the mapper refuses them. */
    private static final class NoAnySetters extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated a) {
            return a instanceof AnnotatedMember ? Boolean.FALSE : super.hasAnySetter(a);
        }
    }
}
