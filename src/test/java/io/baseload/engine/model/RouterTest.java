package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Routing.Groups;
import io.baseload.engine.config.Routing.Scoring;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every kind of router against its equations, in double precision and by sorting. */
class RouterTest {
    private static final int EXPERTS = 16;
    private static final float[] NONE = {};
    private static final float[] CORRECTION = floats(new Random(3), EXPERTS, 0.3f);

    static final List<Routing> KINDS = List.of(
            Routing.softmax(EXPERTS, 2, true, true),
            Routing.softmax(EXPERTS, 3, false, false),
            Routing.softmax(EXPERTS, EXPERTS, false, false),
            new Routing(Scoring.SOFTMAX, EXPERTS, 4, false, false, new Groups(4, 2, 1), false, 16),
            new Routing(Scoring.SIGMOID, EXPERTS, 4, false, true, new Groups(4, 2, 2), true, 2.5f),
            new Routing(Scoring.SIGMOID, EXPERTS, 3, false, true, Groups.NONE, false, 2.5f),
            new Routing(Scoring.SIGMOID, EXPERTS, 4, false, false, new Groups(8, 3, 2), true, 1),
            new Routing(Scoring.ATTENTION, EXPERTS, 2, false, false, Groups.NONE, true, 1));

    @ParameterizedTest
    @FieldSource("KINDS")
    void choosesAndWeighsByTheEquations(Routing routing) {
        Random random = new Random(7);
        Router router = new Router(routing, routing.corrected() ? CORRECTION : NONE);
        int outputs = routing.outputs();
        int[] chosen = new int[1 + EXPERTS];
        float[] weights = new float[1 + EXPERTS];
        for (int trial = 0; trial < 200; trial++) {
            float[] output = floats(random, 5 + outputs, 2);
            router.choose(output, 5, chosen, weights, 1);
            double[] s = scores(routing.scoring(), Arrays.copyOfRange(output, 5, output.length));
            List<Integer> best = best(routing, s);
            assertThat(Arrays.stream(chosen, 1, 1 + routing.chosen()).boxed()).containsExactlyElementsOf(best);
            double sum = best.stream().mapToDouble(i -> s[i]).sum();
            for (int i = 0; i < best.size(); i++) {
                double weight = s[best.get(i)] * routing.scale() / (routing.normalized() ? sum : 1);
                assertThat((double) weights[1 + i]).isCloseTo(weight, offset(1e-5));
            }
        }
    }

    private static double[] scores(Scoring kind, float[] output) {
        double[] x =
                IntStream.range(0, output.length).mapToDouble(i -> output[i]).toArray();
        return switch (kind) {
            case SOFTMAX -> softmax(x);
            case SIGMOID -> Arrays.stream(x).map(v -> 1 / (1 + Math.exp(-v))).toArray();
            case ATTENTION ->
                softmax(IntStream.range(0, EXPERTS)
                        .mapToDouble(i -> {
                            double[] a = softmax(IntStream.range(0, EXPERTS)
                                    .mapToDouble(j -> x[i] * x[EXPERTS + j])
                                    .toArray());
                            return IntStream.range(0, EXPERTS)
                                    .mapToDouble(j -> a[j] * x[2 * EXPERTS + j])
                                    .sum();
                        })
                        .toArray());
        };
    }

    private static double[] softmax(double[] x) {
        double sum = Arrays.stream(x).map(Math::exp).sum();
        return Arrays.stream(x).map(v -> Math.exp(v) / sum).toArray();
    }

    private static List<Integer> best(Routing routing, double[] s) {
        double[] c = IntStream.range(0, EXPERTS)
                .mapToDouble(i -> s[i] + (routing.corrected() ? CORRECTION[i] : 0))
                .toArray();
        Groups groups = routing.groups();
        int size = EXPERTS / groups.count();
        List<Integer> kept = IntStream.range(0, groups.count())
                .boxed()
                .sorted(Comparator.comparingDouble(group -> -Arrays.stream(c, group * size, (group + 1) * size)
                        .sorted()
                        .skip(size - Math.min(size, groups.best()))
                        .sum()))
                .limit(groups.kept())
                .toList();
        return IntStream.range(0, EXPERTS)
                .boxed()
                .filter(i -> kept.contains(i / size))
                .sorted(Comparator.comparingDouble(i -> -c[i]))
                .limit(routing.chosen())
                .toList();
    }

    private static float[] floats(Random random, int count, float scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }
}
