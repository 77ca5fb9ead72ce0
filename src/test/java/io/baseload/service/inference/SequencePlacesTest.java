package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.FlowId;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.TargetFilter;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequencePlacesTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SequencePlaces places = new SequencePlaces(new TenantQueues(meters, 1));
    private final ServedModel model = new TinyModel()
            .route(
                    new Caller("first", 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE),
                    "tiny",
                    TargetFilter.ALL)
            .getFirst()
            .acquire(LoadPatience.NONE);

    /** However many tenants and models there have been. */
    @Test
    void emptyQueuesAreForgottenAndOthersAreNot() {
        var empty = line("first");
        var busy = line("second");
        var turn = join(busy);
        for (int i = 2; i <= SequencePlaces.MAX_LINES; i++) {
            line("tenant " + i);
        }
        assertThat(line("second")).isSameAs(busy);
        assertThat(line("first")).isNotSameAs(empty);
        join(empty);
        assertThat(waiting("first")).as("requests in a queue that is forgotten").isZero();
        assertThat(waiting("other")).isEqualTo(1);
        turn.leave();
        assertThat(waiting("other")).isZero();
    }

    private WaitingLine line(String tenant) {
        return places.line(model, new FlowId(tenant));
    }

    private static WaitingLine.Turn join(WaitingLine line) {
        return line.join(Optional.empty(), System.nanoTime());
    }

    private double waiting(String tenant) {
        return meters.get("baseload.tenant_requests_waiting")
                .tag("tenant", tenant)
                .gauge()
                .value();
    }
}
