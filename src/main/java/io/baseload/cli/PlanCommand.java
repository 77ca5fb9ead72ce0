package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.ShardOutline;
import io.baseload.service.planner.ArticleFigures;
import io.baseload.service.planner.CapacityPlan;
import io.baseload.service.planner.CapacityPlanner;
import io.baseload.service.planner.MachineProfile;
import io.baseload.service.planner.NamedShapes;
import io.baseload.service.planner.PlanChart;
import io.baseload.service.planner.PlanRequest;
import io.baseload.service.planner.PlanSource;
import io.baseload.service.planner.PlanText;
import io.baseload.service.planner.Planner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Plans a model's memory and best possible speed on a machine. */
@Command(
        name = "plan",
        description = "Estimates a model's memory and best possible speed on a machine, and names the bottleneck."
                + " Nothing is loaded; this machine is measured for some seconds.")
final class PlanCommand implements Callable<Integer> {
    private static final int CONTEXT = 1024;
    private static final int PROMPT = 512;

    @Mixin
    private ModelArgument model = new ModelArgument();

    @Mixin
    private KvOption kv = new KvOption();

    @Mixin
    private PrecisionOption precision = new PrecisionOption();

    @Mixin
    private CpuOption cpus = new CpuOption();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description = "Instead of a model: yuan2.0-2b, yuan2.0-51b, yuan2.0-102b, yuan2.0-m32, llama-70b,"
                    + " deepseek-v3, or sizes such as layers=80,hidden=8192,heads=64,kv_heads=8,feed_forward=28672,"
                    + "vocabulary=128256 (optional: family, head_dim, context, experts, chosen).")
    private @Nullable String shape;

    @Option(
            names = "--format",
            paramLabel = "KIND",
            defaultValue = "keep",
            description = "Format of linear layers: keep, nf4, nf4-dq, nf4-fp8, fp4, q4, q8, bf16 or f32"
                    + " (default: ${DEFAULT-VALUE}, which is BF16 for a shape).")
    private String format = "keep";

    @Option(
            names = "--machine",
            paramLabel = "MACHINE",
            defaultValue = MachineProfile.THIS,
            description =
                    "this (measured), nf8260g7, or sockets=4,channels=8,mts=4800,cores=32,memory_gb=1024 (optional:"
                            + " isa=avx512, avx2 or amx, upi= in GB/s, read_factor, barrier_us, link_us) (default:"
                            + " ${DEFAULT-VALUE}).")
    private String machine = MachineProfile.THIS;

    @Option(
            names = "--threads",
            defaultValue = "0",
            description = "Workers to measure on this machine (default: as many as it allows).")
    private int threads;

    @Option(
            names = "--batch",
            defaultValue = "1",
            description = "Sequences decoded together (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--context",
            defaultValue = "0",
            description = "Tokens of each sequence so far (default: 1024, or the model's context if that is less).")
    private int context;

    @Option(
            names = "--prompt",
            defaultValue = "0",
            description = "Tokens of a prompt (default: 512, or the model's context if that is less).")
    private int prompt;

    @Option(
            names = "--least-rate",
            defaultValue = "5",
            description = "Tokens per second that each user should get (default: ${DEFAULT-VALUE}).")
    private double leastRate;

    @Option(
            names = "--price-per-hour",
            description = "Price of the machine per hour, to compute the cost of a million tokens.")
    private @Nullable Double price;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description =
                    "Number of shards of the model, 1 to 64 (default: one for each socket; on this machine one for each"
                            + " list of CPUs, or for each NUMA node).")
    private @Nullable Integer shards;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Also draw tokens per second over the batch and over the context to this file.")
    private @Nullable Path svg;

    @Option(
            names = "--article",
            description = "Instead, print the article's figures for Yuan2.0-102B beside the arithmetic.")
    private boolean article;

    /** The output of {@code --article --json}. */
    record Article(List<ArticleFigures.Figure> figures) {}

    @Override
    public Integer call() {
        if (threads < 0) {
            throw new BadInputException("--threads must be 0 (automatic) or more");
        }
        try (Engine engine = cpus.open(threads, 0)) {
            var planner = new Planner(engine, MemoryBudget.ofThisProcess(0));
            if (article) {
                article(planner);
            } else {
                plan(planner);
            }
        }
        return 0;
    }

    private void plan(Planner planner) {
        if (shape != null && model.given != null) {
            throw new BadInputException("give a model or --shape, not both");
        }
        if (shards != null) {
            PlanRequest.requireShards(shards);
        }
        Precision arithmetic = precision.orElse(Precision.FAST);
        var options = new Planner.Options(
                QuantizeOption.parse("--format", format),
                kv.precision().orElse(MachineProfile.defaultKv(!machine.equals(MachineProfile.THIS), arithmetic)),
                arithmetic);
        PlanSource source = shape == null
                ? new PlanSource.Files(model.path())
                : new PlanSource.Configuration(NamedShapes.config(shape));
        ModelOutline outline = planner.outline(source, options);
        int tokens = context == 0 ? Math.min(CONTEXT, outline.contextLength()) : context;
        int rows = prompt == 0 ? Math.min(PROMPT, outline.contextLength()) : prompt;
        var request = new PlanRequest(
                batch, tokens, rows, leastRate, price == null ? OptionalDouble.empty() : OptionalDouble.of(price));
        request.requireWithin(outline);
        MachineProfile planned = planner.machine(machine, outline, options);
        ShardOutline cut = planner.shards(source, options, shards == null ? planned.shards() : shards);
        CapacityPlan plan = CapacityPlanner.plan(
                shape == null ? model.name() : shape,
                options,
                outline,
                cut,
                planner.memory(source, options, cut.shards(), planned),
                planned,
                request);
        PlanText.lines(plan).forEach(output::note);
        if (cut.shards() > 1) {
            ShardLines.of(cut).forEach(output::note);
        }
        if (svg != null) {
            write(svg, PlanChart.svg(plan));
        }
        output.result(plan, PlanText.summary(plan));
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be written", e);
        }
    }

    private void article(Planner planner) {
        List<ArticleFigures.Figure> figures = ArticleFigures.of(planner);
        figures.forEach(figure -> output.note(ArticleFigures.line(figure)));
        output.result(new Article(figures), figures.size() + " figures");
    }
}
