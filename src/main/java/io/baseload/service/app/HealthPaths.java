package io.baseload.service.app;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.ApiVersion;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointWebExtension;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointProperties;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.stereotype.Component;

/** The health endpoint, which also answers 404 for a path below an unknown component. Spring Boot 4.1 fails there with an exception. */
@Component
class HealthPaths extends HealthEndpointWebExtension {
    private final HealthContributors root;
    private final HealthEndpointGroups groups;

    HealthPaths(HealthContributorRegistry registry, HealthEndpointGroups groups, HealthEndpointProperties properties) {
        super(registry, null, groups, properties.getLogging().getSlowIndicatorThreshold());
        this.root = registry;
        this.groups = groups;
    }

    @Override
    public WebEndpointResponse<HealthDescriptor> health(
            ApiVersion version,
            @Nullable WebServerNamespace server,
            SecurityContext security,
            boolean showAll,
            String... path) {
        return hasParent(path)
                ? super.health(version, server, security, showAll, path)
                : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
    }

    /** Whether all components of a path except the last exist and have components. */
    private boolean hasParent(String... path) {
        HealthContributors level = root;
        for (int i = startsWithGroup(path) ? 1 : 0; i < path.length - 1; i++) {
            if (!(level.getContributor(path[i]) instanceof HealthContributors parts)) {
                return false;
            }
            level = parts;
        }
        return true;
    }

    private boolean startsWithGroup(String... path) {
        return path.length > 0 && groups.getNames().contains(path[0]);
    }
}
