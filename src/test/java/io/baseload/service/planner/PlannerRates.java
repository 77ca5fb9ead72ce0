package io.baseload.service.planner;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.Precision;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Measures one core's rates for the tables of {@link InstructionSet}; run it with {@code -XX:UseAVX=2}, too. Not a test. */
public final class PlannerRates {
    private static final String SHAPE = "layers=1,hidden=2048,heads=16,feed_forward=8192,vocabulary=1024";

    /** For each kind of codes the packing in which it is most common; those with blocks of 16 columns, to be compared, follow. */
    private static final List<Packing> PACKINGS = List.of(
            Packing.F32,
            Packing.F16,
            Packing.BF16,
            new Packing(Codes.F8_E4M3, 128, Scales.F32),
            Packing.Q8_0,
            Packing.Q4_0,
            Packing.Q4,
            new Packing(Codes.NF4, 64, Scales.F32),
            new Packing(Codes.FP4, 64, Scales.F32),
            new Packing(Codes.IQ4, 32, Scales.F32),
            new Packing(Codes.E2M1, 32, Scales.F32),
            new Packing(Codes.I8, 16, Scales.F32),
            new Packing(Codes.I4, 16, Scales.F32),
            new Packing(Codes.E2M1, 16, Scales.F32));

    private PlannerRates() {}

    /** @param args codes to be measured, such as {@code nf4}, or {@code attention}; none for all */
    public static void main(String[] args) {
        List<String> wanted = List.of(args);
        try (Engine engine = Engine.open(new EngineOptions(1, true))) {
            ModelOutline model = engine.outline(NamedShapes.config(SHAPE), LoadOptions.named("m"));
            for (Packing packing : PACKINGS) {
                String codes = lower(packing.codes());
                if (wanted.isEmpty() || wanted.contains(codes)) {
                    MachineRates rates = engine.measure(packed(model, packing), Precision.FAST, KvPrecision.F16);
                    print(packing, Objects.requireNonNull(rates.kernels().get(codes)));
                }
            }
            if (wanted.isEmpty() || wanted.contains("attention")) {
                for (KvPrecision kv : KvPrecision.values()) {
                    print(kv, engine.measure(packed(model, Packing.Q4), Precision.FAST, kv));
                }
            }
        }
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private static void print(Packing packing, KernelRates rates) {
        System.out.printf(
                Locale.ROOT,
                "%s in blocks of %d: decode of %s rows %s, prompts %.0f G multiply-adds a second%n",
                lower(packing.codes()),
                packing.block(),
                MachineRates.ROWS,
                rates.decode().stream()
                        .map(rate -> String.format(Locale.ROOT, "%.1f", rate / 1e9))
                        .toList(),
                rates.prompt() / 1e9);
    }

    private static void print(KvPrecision kv, MachineRates rates) {
        System.out.printf(
                Locale.ROOT,
                "keys and values in %s: attention %.1f, over prompts %.1f G multiply-adds a second; %.1f GB/s, a"
                        + " barrier %.0f ns%n",
                kv.label(),
                rates.attentionDecode() / 1e9,
                rates.attentionPrompt() / 1e9,
                rates.readBytesPerSecond() / 1e9,
                rates.barrierSeconds() * 1e9);
    }

    /** The same model in any packing. Bytes don't matter here. */
    private static ModelOutline packed(ModelOutline model, Packing packing) {
        return new ModelOutline(
                model.architecture(),
                model.name(),
                model.contextLength(),
                model.vocabulary(),
                model.layers(),
                model.hidden(),
                model.heads(),
                model.kvHeads(),
                model.keyDim(),
                model.valueDim(),
                model.valuesInKeys(),
                model.experts(),
                model.chosen(),
                model.matrices().stream()
                        .map(some -> new Matrices(
                                some.use(),
                                some.head(),
                                lower(packing.codes()),
                                packing.block(),
                                lower(packing.scales()),
                                some.count(),
                                some.rows(),
                                some.cols(),
                                0,
                                0))
                        .toList(),
                model.vectorBytes(),
                model.kvBytesPerToken(),
                model.attendedBytesPerToken(),
                model.promptRows(),
                model.barriers(),
                model.allReduces());
    }
}
