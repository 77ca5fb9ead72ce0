package io.baseload.service.app;

import io.baseload.service.tenant.KeySchedule;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** How many API keys expire soon. */
@Component
final class KeyMeters implements MeterBinder {
    private final KeySchedule schedule;

    KeyMeters(KeySchedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("baseload.api.keys.expiring", schedule, KeySchedule::expiring)
                .description("valid API keys that expire soon and have no successor")
                .register(registry);
    }
}
