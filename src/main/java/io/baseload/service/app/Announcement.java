package io.baseload.service.app;

import io.baseload.service.routing.Startup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Prints the service's address once it answers. */
@Component
final class Announcement {
    private static final Logger LOG = LoggerFactory.getLogger("io.baseload");

    private final Startup startup;
    private final FirstKeys keys;
    private final ServerProperties server;

    Announcement(Startup startup, FirstKeys keys, ServerProperties server) {
        this.startup = startup;
        this.keys = keys;
        this.server = server;
    }

    @EventListener
    void on(ApplicationReadyEvent ready) {
        if (ready.getApplicationContext() instanceof WebServerApplicationContext context
                && context.getWebServer() != null) {
            String address = ServiceAddress.of(
                    server, "localhost", context.getWebServer().getPort());
            var _ = startup.restored().thenRun(() -> announce(address));
        }
    }

    private void announce(String address) {
        if (!startup.isReady()) {
            LOG.error("Baseload listens at {}, but no model answers", address);
            return;
        }
        String hints = keys.kept().map(key -> page(address, key)).orElse("");
        LOG.info("Baseload answers at {}{}", address, hints);
    }

    private static String page(String address, String key) {
        return """


              Development key   %2$s
              Console           %1$s
              API page          %1$s/docs

              Ask it:
                curl %1$s/v1/chat/completions -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' \\
                  -d '{"model": "default", "messages": [{"role": "user", "content": "What is a baseload power plant?"}], "max_tokens": 64}'
              Make another key:
                curl %1$s/admin/v1/tenants/default/keys -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' \\
                  -d '{"roles": ["user"]}'
            """.formatted(address, key);
    }
}
