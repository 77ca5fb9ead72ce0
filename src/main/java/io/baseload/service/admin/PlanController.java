package io.baseload.service.admin;

import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ShardOutline;
import io.baseload.service.planner.CapacityPlan;
import io.baseload.service.planner.CapacityPlanner;
import io.baseload.service.planner.MachineProfile;
import io.baseload.service.planner.PlanRequest;
import io.baseload.service.planner.PlanSource;
import io.baseload.service.planner.Planner;
import io.baseload.service.registry.ModelCatalog;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Plans: a model's memory and best possible speed on a machine. Changes nothing. */
@RestController
final class PlanController {
    private final Planner planner;
    private final ModelCatalog catalog;

    PlanController(Planner planner, ModelCatalog catalog) {
        this.planner = planner;
        this.catalog = catalog;
    }

    @PostMapping("/admin/v1/plan")
    CapacityPlan plan(@RequestBody PlanBody body) {
        body.requireShards();
        Planner.Options options = body.options();
        PlanSource source = body.source(catalog);
        ModelOutline outline = PlanBody.outline(planner, source, options);
        PlanRequest request = body.request(outline); // checked before a machine is measured for a plan that nobody gets
        MachineProfile machine = body.machine(planner, outline, options);
        ShardOutline cut = body.shards(planner, source, options, machine);
        return CapacityPlanner.plan(
                body.name(),
                options,
                outline,
                cut,
                planner.memory(source, options, cut.shards(), machine),
                machine,
                request);
    }
}
