package io.baseload.service.app;

import io.baseload.service.audit.AnchorStatus;
import io.baseload.service.audit.Checkpoints;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** The age of the last checkpoint and of each anchor, for how long the end of the trail has been unsigned, and whether the trail is broken. */
@Component
final class AuditMeters implements MeterBinder {
    private final Checkpoints checkpoints;

    AuditMeters(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(
                        "baseload.audit.checkpoint.age.seconds",
                        checkpoints,
                        it -> age(it.status().signedAt()))
                .description("since the audit trail's last checkpoint")
                .register(registry);
        Gauge.builder(
                        "baseload.audit.checkpoint.size",
                        checkpoints,
                        it -> it.status().size())
                .description("entries that the last checkpoint covers")
                .register(registry);
        Gauge.builder(
                        "baseload.audit.unsigned.seconds",
                        checkpoints,
                        it -> age(it.status().currentAt()))
                .description("since a checkpoint last covered the whole audit trail")
                .register(registry);
        Gauge.builder("baseload.audit.refused", checkpoints, it -> it.status().broken() ? 1 : 0)
                .description("1 while no checkpoint is signed, because the trail contradicts what was signed")
                .register(registry);
        for (AnchorStatus anchor : checkpoints.anchors()) {
            Gauge.builder("baseload.audit.anchor.age.seconds", anchor, it -> age(it.at()))
                    .description("since an anchor last held the latest checkpoint")
                    .tag("anchor", anchor.name())
                    .register(registry);
        }
    }

    private static double age(Instant at) {
        return Math.max(0, Duration.between(at, Instant.now()).toMillis() / 1000.0);
    }
}
