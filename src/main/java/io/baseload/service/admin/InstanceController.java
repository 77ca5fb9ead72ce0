package io.baseload.service.admin;

import io.baseload.service.cluster.Instance;
import io.baseload.service.cluster.InstanceModel;
import io.baseload.service.cluster.Instances;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The processes on this database. */
@RestController
@RequestMapping("/admin/v1/instances")
final class InstanceController {
    private final Instances instances;

    InstanceController(Instances instances) {
        this.instances = instances;
    }

    /**
     * A process in JSON.
     *
     * @param seenAt when it last renewed its lease
     * @param engine whether it loads models; false if it passes requests on to backends
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record InstanceForm(
            UUID id,
            String version,
            String address,
            Instant startedAt,
            Instant seenAt,
            boolean engine,
            List<InstanceModel> models) {
        static InstanceForm of(Instance instance) {
            return new InstanceForm(
                    instance.id(),
                    instance.version(),
                    instance.address(),
                    instance.startedAt(),
                    instance.seenAt(),
                    instance.hasEngine(),
                    instance.models());
        }
    }

    @GetMapping
    Page<InstanceForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        var rest = instances.live().stream()
                .filter(instance -> instance.id().toString().compareTo(request.after()) > 0)
                .limit(request.probe())
                .toList();
        return Page.of(request, rest, instance -> instance.id().toString(), InstanceForm::of);
    }
}
