package io.baseload.service.app;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.Precision;
import io.baseload.service.backend.BackendProperties;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.HttpClients;
import io.baseload.service.outbound.Secrets;
import io.baseload.service.planner.Planner;
import io.baseload.service.pull.PullProperties;
import io.baseload.service.pull.Puller;
import io.baseload.service.registry.BundledModelImport;
import io.baseload.service.registry.LoadSettings;
import io.baseload.service.registry.ModelLoader;
import io.baseload.service.registry.Residence;
import io.baseload.service.routing.Readiness;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.web.Authenticator;
import java.net.URL;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the rooms of the service to each other and to the configuration. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
    EngineProperties.class,
    MemoryProperties.class,
    ModelProperties.class,
    PullProperties.class,
    BackendProperties.class
})
class ServiceConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger("io.baseload");

    /** Closed by the registry, when no requests run any more but the database still does. */
    @Bean(destroyMethod = "")
    Engine engine(EngineProperties properties) {
        Engine engine = Engine.open(properties.options());
        if (properties.enabled()) {
            engine.kernels(Precision.EXACT); // a JVM that can't run the kernels fails here, not with the first model
        } else {
            LOG.info("This is a gateway: it computes nothing itself, and passes requests on to backends");
        }
        return engine;
    }

    @Bean
    Planner planner(Engine engine, EngineProperties properties, MemoryBudget memory, ModelLoader loader) {
        return new Planner(engine, properties.enabled(), memory, loader::measure);
    }

    @Bean
    Authenticator authenticator(ApiKeys keys) {
        return keys::authenticate;
    }

    @Bean
    LoadSettings loadSettings(EngineProperties engine, ModelProperties properties) {
        return new LoadSettings(
                engine.enabled(), properties.options(), properties.toolFormats(), properties.chatTemplates(), build());
    }

    @Bean
    Residence.Policy residencePolicy(EngineProperties engine, ModelProperties properties) {
        return engine.enabled() ? properties.residence() : properties.withoutLoads();
    }

    @Bean
    Readiness readiness(ModelProperties properties) {
        return properties.ready();
    }

    private static String build() {
        String version = ServiceConfiguration.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Bean
    Puller puller(PullProperties properties, BaseloadHome home, ObjectProvider<SslBundles> bundles) {
        return new Puller(
                properties,
                AllowedHosts.of(properties.allowedHosts()),
                Objects.requireNonNullElse(properties.signerFolder(), home.resolve("model-signers")),
                HttpClients.tls(properties.sslBundle(), bundles::getObject));
    }

    @Bean
    Secrets pullSecrets(PullProperties properties, BaseloadHome home, MasterKeys keys) {
        return new Secrets(Objects.requireNonNullElse(properties.keyFolder(), home.resolve("pull-keys")), keys);
    }

    @Bean
    MemoryBudget memoryBudget(MemoryProperties properties) {
        return properties.budget();
    }

    @Bean
    BundledModelImport.Bundled bundledModel() {
        URL file = ServiceConfiguration.class.getResource("/models/SmolLM2-135M-Instruct.Q4_1.gguf");
        return new BundledModelImport.Bundled(
                "smollm2-135m-instruct",
                "default",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                Objects.requireNonNull(file, "the bundled model is not on the class path"));
    }
}
