package io.baseload.service.app;

import io.baseload.service.cluster.Membership;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** Whether the ledger can be written. */
@Component
final class LedgerMeters implements MeterBinder {
    private final Membership membership;

    LedgerMeters(Membership membership) {
        this.membership = membership;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("baseload.ledger.writable", membership, it -> it.writes() ? 1 : 0)
                .description("1 if the ledger can be written, as readiness sees it")
                .register(registry);
    }
}
