package io.baseload.service.app;

import io.baseload.service.cluster.InstanceModel;
import io.baseload.service.cluster.InstanceReport;
import io.baseload.service.cluster.Membership;
import io.baseload.service.registry.LoadSettings;
import io.baseload.service.registry.ModelCatalog;
import io.baseload.service.routing.Aliases;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** This process's description for other processes and {@code GET /admin/v1/instances}, from the moment its web server listens. */
@Component
final class InstanceDescription implements InstanceReport {
    private final Membership membership;
    private final ModelCatalog catalog;
    private final Aliases aliases;
    private final LoadSettings settings;
    private final ServerProperties server;
    private final String configured;
    private volatile String address = "";

    InstanceDescription(
            Membership membership,
            ModelCatalog catalog,
            Aliases aliases,
            LoadSettings settings,
            ServerProperties server,
            @Value("${baseload.instance.address:}") String configured) {
        this.membership = membership;
        this.catalog = catalog;
        this.aliases = aliases;
        this.settings = settings;
        this.server = server;
        this.configured = configured;
    }

    @EventListener
    void on(WebServerInitializedEvent listening) throws UnknownHostException {
        if (listening.getApplicationContext().getServerNamespace() != null) {
            return; // the management port
        }
        String host = InetAddress.getLocalHost().getHostAddress();
        int port = listening.getWebServer().getPort();
        address = configured.isBlank() ? ServiceAddress.of(server, host, port) : configured;
        membership.describe(this);
    }

    @Override
    public String version() {
        return settings.build();
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public boolean hasEngine() {
        return settings.engine();
    }

    @Override
    public List<InstanceModel> models() {
        return catalog.here().entrySet().stream()
                .map(entry -> new InstanceModel(
                        entry.getKey(), entry.getValue().name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    @Override
    public Map<String, String> aliases() {
        return aliases.here();
    }
}
