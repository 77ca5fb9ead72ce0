package io.baseload.service.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.testing.TestModels;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Plans of this machine: of its memory as loads see it, with as many shards as the engine has. */
class PlannerTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(2, false, 2, List.of()));
    private static final Planner.Options OPTIONS =
            new Planner.Options(Quantization.KEEP, KvPrecision.F32, Precision.FAST);
    private static final PlanSource MODEL = new PlanSource.Files(TestModels.tiny());

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    private static CapacityPlan plan(ModelOutline model, MemoryBudget memory) {
        var planner = new Planner(ENGINE, memory);
        MachineProfile machine = planner.machine(MachineProfile.THIS, model, OPTIONS);
        return CapacityPlanner.plan(
                "m",
                OPTIONS,
                model,
                planner.shards(MODEL, OPTIONS, machine.shards()),
                planner.memory(MODEL, OPTIONS, machine.shards(), machine),
                machine,
                new PlanRequest(1, 16, 16, 1, OptionalDouble.empty()));
    }

    @Test
    void aDescribedMachineConvertsHalvesAndThisOneDoesIfItCan() {
        assertThat(MachineProfile.defaultKv(true, Precision.FAST)).isEqualTo(KvPrecision.F16);
        assertThat(MachineProfile.defaultKv(true, Precision.EXACT)).isEqualTo(KvPrecision.F32);
        assertThat(MachineProfile.defaultKv(false, Precision.FAST)).isEqualTo(KvPrecision.defaultOf(Precision.FAST));
    }

    @Test
    void theHeapIsNotForModels() {
        ModelOutline model = new Planner(ENGINE, MemoryBudget.ofThisProcess(0)).outline(MODEL, OPTIONS);
        long heap = 1L << 30;
        long reserve = 1L << 20;
        CapacityPlan plan = plan(model, new MemoryBudget(heap + reserve + model.weightBytes() / 2, heap, reserve));
        assertThat(plan.memoryBytes()).isEqualTo(model.weightBytes() / 2);
        assertThat(plan.fits()).isFalse();
        assertThat(plan.users()).isZero();
        assertThat(plan.shards().count()).isEqualTo(2);
        assertThat(plan.step().collectives()).isPositive();
        assertThat(plan.sockets()).isEqualTo(ENGINE.nodes());
        assertThat(plan.measured()).isTrue();
        assertThat(plan(model, new MemoryBudget(heap, heap + 1, 0)).memoryBytes())
                .isZero();
    }

    /** More than the half a GiB that it reads. */
    @Test
    void aMeasurementAsksForItsMemory() {
        var planner = new Planner(ENGINE, true, MemoryBudget.ofThisProcess(0), (needed, measurement) -> {
            throw new IllegalStateException("no room for " + needed.total());
        });
        ModelOutline model = planner.outline(MODEL, OPTIONS);
        long needed =
                ENGINE.measurement(model, OPTIONS.precision(), OPTIONS.kv()).total();
        assertThat(needed).isGreaterThan(512L << 20);
        assertThat(ENGINE.measurement(model, OPTIONS.precision(), KvPrecision.Q8)
                        .total())
                .isLessThan(needed); // keys and values are those of the plan
        assertThatThrownBy(() -> planner.machine(MachineProfile.THIS, model, OPTIONS))
                .hasMessage("no room for " + needed);
        assertThat(planner.machine("nf8260g7", model, OPTIONS).shards()).isEqualTo(4);
    }

    @Test
    void anEncoderOrAModelThatIsTooWideIsRefusedByField() {
        var planner = new Planner(ENGINE, MemoryBudget.ofThisProcess(0));
        assertRefused(
                "model",
                () -> planner.outline(new PlanSource.Files(TestModels.resource("encoders/bert-mean")), OPTIONS));
        var wide = new PlanSource.Configuration(
                NamedShapes.config("layers=1,hidden=1048576,heads=1,head_dim=64,feed_forward=64,vocabulary=100"));
        ModelOutline outline = planner.outline(wide, OPTIONS);
        assertRefused("machine", () -> planner.machine(MachineProfile.THIS, outline, OPTIONS));
    }

    private static void assertRefused(String field, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }
}
