package io.baseload.service.planner;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Measures one core's rates for the table of {@link InstructionSet}; run it with {@code -XX:UseAVX=2}, too. Not a test. */
public final class PlannerRates {
    private static final String SHAPE = "layers=1,hidden=2048,heads=16,feed_forward=8192,vocabulary=1024";

    private static final List<Quantization> ALL = List.of(
            Quantization.F32, Quantization.BF16, Quantization.Q8, Quantization.Q4, Quantization.NF4, Quantization.FP4);

    private PlannerRates() {}

    /** @param args formats to be measured, such as {@code nf4}; none for all */
    public static void main(String[] args) {
        Map<String, MachineRates.KernelRates> kernels = new TreeMap<>();
        try (Engine engine = Engine.open(new EngineOptions(1, true))) {
            for (Quantization format : args.length == 0 ? ALL : named(args)) {
                var model = engine.outline(
                        NamedShapes.config(SHAPE), LoadOptions.named("m").withQuantization(format));
                MachineRates rates = engine.measure(model, Precision.FAST);
                kernels.putAll(rates.kernels());
                if (format == Quantization.BF16) {
                    kernels.putAll(engine.measure(recoded(model, "f16", 1, "none"), Precision.FAST)
                            .kernels());
                    kernels.putAll(engine.measure(recoded(model, "f8_e4m3", 128, "f32"), Precision.FAST)
                            .kernels());
                }
                System.out.printf(
                        Locale.ROOT,
                        "%s: %.1f GB/s, a barrier %.0f ns, attention %.1f and %.1f G a second%n",
                        format.label(),
                        rates.readBytesPerSecond() / 1e9,
                        rates.barrierSeconds() * 1e9,
                        rates.attentionDecode() / 1e9,
                        rates.attentionPrompt() / 1e9);
            }
        }
        kernels.forEach((codes, rates) -> System.out.printf(
                Locale.ROOT,
                "%s: decode of %s rows %s, prompts %.0f G multiply-adds a second%n",
                codes,
                MachineRates.ROWS,
                rates.decode().stream()
                        .map(rate -> String.format(Locale.ROOT, "%.1f", rate / 1e9))
                        .toList(),
                rates.prompt() / 1e9));
    }

    private static List<Quantization> named(String[] formats) {
        return Stream.of(formats)
                .map(format -> Quantization.named(format).orElseThrow())
                .toList();
    }

    /** The same model in a form that no import makes. Bytes don't matter here. */
    private static ModelOutline recoded(ModelOutline model, String codes, int block, String scales) {
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
                                codes,
                                block,
                                scales,
                                some.count(),
                                some.rows(),
                                some.cols(),
                                0,
                                0))
                        .toList(),
                model.vectorBytes(),
                model.kvBytesPerToken(),
                model.promptRows(),
                model.barriers(),
                model.allReduces());
    }
}
