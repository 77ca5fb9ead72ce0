package io.baseload.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.api.TokenScore;
import io.baseload.engine.tensor.Rows;
import io.baseload.testing.HeapArrays;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    private static final int VOCABULARY = 1000;

    private final Sampler sampler = new Sampler(VOCABULARY);
    private final Rows logits = logits(1.5f);

    @Test
    void takesTheHeapThatItSays() {
        assertThat(HeapArrays.bytes(sampler, "")).isEqualTo(Sampler.heapBytes(VOCABULARY));
    }

    @Test
    void greedyTakesTheLargest() {
        logits.data()[17] = 50;
        assertThat(next(SamplingOptions.greedy(), 0)).isEqualTo(17);
    }

    /** The inverse of the smallest temperatures is infinite. */
    @Test
    void theSmallestTemperaturesTakeTheLargestToo() {
        logits.data()[17] = 50;
        for (float temperature : new float[] {Float.MIN_VALUE, 1e-40f, Float.MIN_NORMAL}) {
            assertThat(next(seeded(temperature, 0.9f, 0, 0.1f, 7), 0)).isEqualTo(17);
            assertThat(next(seeded(temperature, 0.9f, 5, 0f, 7), 0)).isEqualTo(17);
            assertThat(next(seeded(temperature, 1f, 0, 0f, 7), 0)).isEqualTo(17);
        }
    }

    @Test
    void sameSeedSameTokens() {
        SamplingState one = new SamplingState(seeded(1f, 1f, 0, 0f, 42), Optional.empty());
        SamplingState two = new SamplingState(seeded(1f, 1f, 0, 0f, 42), Optional.empty());
        List<Integer> tokens = IntStream.range(0, 50)
                .mapToObj(i -> sampler.next(one, logits, 0, i, -1).id())
                .toList();
        assertThat(IntStream.range(0, 50)
                        .mapToObj(i -> sampler.next(two, logits, 0, i, -1).id())
                        .toList())
                .isEqualTo(tokens);
        assertThat(new HashSet<>(tokens)).hasSizeGreaterThan(10);
    }

    /** Draws 20,000 tokens and compares their frequencies with the filters' definition. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0, 0",
        "0.5, 1, 0, 0",
        "2, 1, 0, 0",
        "1, 0.9, 0, 0",
        "1, 0.5, 0, 0",
        "1, 1, 5, 0",
        "1, 1, 0, 0.2",
        "0.7, 0.8, 20, 0.05",
        "1, 0.000001, 0, 0",
        "1, 1, 1000, 0",
        "1, 1, 1, 0",
        "1.3, 0.99, 500, 0.01"
    })
    void drawsWhatTheFiltersKeep(float temperature, float topP, int topK, float minP) {
        double[] expected = expected(temperature, topP, topK, minP);
        int draws = 20_000;
        int[] counts = new int[VOCABULARY];
        SamplingState state = new SamplingState(seeded(temperature, topP, topK, minP, 7), Optional.empty());
        for (int i = 0; i < draws; i++) {
            counts[sampler.next(state, logits, 0, i, -1).id()]++;
        }
        for (int id = 0; id < VOCABULARY; id++) {
            double deviation = Math.sqrt(expected[id] * (1 - expected[id]) / draws);
            assertThat(counts[id] / (double) draws)
                    .as("token %d", id)
                    .isCloseTo(expected[id], within(6 * deviation + (expected[id] == 0 ? 0 : 5.0 / draws)));
        }
    }

    private double[] expected(float temperature, float topP, int topK, float minP) {
        Integer[] order = IntStream.range(0, VOCABULARY).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(id -> -logits.data()[id]));
        double[] p = softmax(temperature);
        int kept = topK == 0 ? VOCABULARY : Math.min(topK, VOCABULARY);
        double mass = IntStream.range(0, kept).mapToDouble(i -> p[order[i]]).sum();
        double sum = 0;
        int nucleus = 0;
        while (nucleus < kept && sum < topP * mass) {
            sum += p[order[nucleus++]];
        }
        int last = topP < 1 ? nucleus : kept;
        double[] result = new double[VOCABULARY];
        for (int i = 0; i < last; i++) {
            result[order[i]] = p[order[i]] >= minP * p[order[0]] ? p[order[i]] : 0;
        }
        double total = Arrays.stream(result).sum();
        return Arrays.stream(result).map(x -> x / total).toArray();
    }

    private double[] softmax(double temperature) {
        double[] p = IntStream.range(0, VOCABULARY)
                .mapToDouble(i -> Math.exp(logits.data()[i] / temperature))
                .toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    @Test
    void reportsTheModelsOwnDistribution() {
        SamplingOptions odd = new SamplingOptions(0.3f, 0.4f, 3, 0f, 1f, 1f, OptionalLong.of(1), Map.of(5, -100f));
        SamplingState state = new SamplingState(odd, Optional.empty());
        state.decoded(9);
        SampledToken token = sampler.next(state, logits, 0, 0, 5);
        double[] p = softmax(1);
        assertThat(token.logprob()).isCloseTo((float) Math.log(p[token.id()]), within(1e-5f));
        assertThat(token.top())
                .hasSize(5)
                .isSortedAccordingTo(
                        Comparator.comparingDouble(TokenScore::logprob).reversed());
        int[] order = IntStream.range(0, VOCABULARY)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -p[id]))
                .mapToInt(i -> i)
                .toArray();
        for (int i = 0; i < 5; i++) {
            assertThat(token.top().get(i).id()).isEqualTo(order[i]);
            assertThat(token.top().get(i).logprob()).isCloseTo((float) Math.log(p[order[i]]), within(1e-5f));
        }
        assertThat(sampler.next(state, logits, 0, 0, 0).top()).isEmpty();
        assertThat(sampler.next(state, logits, 0, 0, -1).logprob()).isNaN();
    }

    @Test
    void biasBansAndForces() {
        int best = next(SamplingOptions.greedy(), 0);
        assertThat(next(biased(Map.of(best, -100f)), 0)).isNotEqualTo(best);
        assertThat(next(biased(Map.of(999, 100f)), 0)).isEqualTo(999);
    }

    @Test
    void penaltiesPushDecodedTokensDown() {
        SamplingState state = new SamplingState(
                new SamplingOptions(0f, 1f, 0, 0f, 2f, 2f, OptionalLong.empty(), Map.of()), Optional.empty());
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            int token = sampler.next(state, logits, 0, i, -1).id();
            state.decoded(token);
            seen.add(token);
        }
        assertThat(seen).hasSizeGreaterThan(1);
        SamplingState plain = new SamplingState(SamplingOptions.greedy(), Optional.empty());
        plain.decoded(3);
        assertThat(sampler.next(plain, logits, 0, 1, -1).id()).isEqualTo(next(SamplingOptions.greedy(), 0));
    }

    @Test
    void refusesLogitsThatAreNoNumbers() {
        Arrays.fill(logits.data(), Float.NaN);
        assertThatThrownBy(() -> next(SamplingOptions.greedy(), 0)).isInstanceOf(NotFiniteException.class);
    }

    @Test
    void exponentialsAreExactEnough() {
        for (float x = -87; x <= 0; x += 0.01f) {
            assertThat(Exponentials.exp(x) / Math.exp(x)).isCloseTo(1, within(5e-7));
        }
        assertThat(Exponentials.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(Exponentials.exp(0)).isEqualTo(1f);
    }

    private int next(SamplingOptions options, int index) {
        return sampler.next(new SamplingState(options, Optional.empty()), logits, 0, index, -1)
                .id();
    }

    private static SamplingOptions seeded(float temperature, float topP, int topK, float minP, long seed) {
        return new SamplingOptions(temperature, topP, topK, minP, 0f, 0f, OptionalLong.of(seed), Map.of());
    }

    private static SamplingOptions biased(Map<Integer, Float> bias) {
        return new SamplingOptions(0f, 1f, 0, 0f, 0f, 0f, OptionalLong.empty(), bias);
    }

    private static Rows logits(float spread) {
        Rows rows = Rows.allocate(1, VOCABULARY);
        Random random = new Random(5);
        for (int i = 0; i < VOCABULARY; i++) {
            rows.data()[i] = (float) random.nextGaussian() * spread;
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0, 0", "1, 1, 0, 0", "1, 0.9, 0, 0", "1, 1, 5, 0", "1, 1, 0, 0.2", "2, 0.99, 900, 0.01"})
    void aMaskComesBeforeEverythingElse(float temperature, float topP, int topK, float minP)
            throws InterruptedException {
        Set<Integer> mayCome = Set.of(3, 63, 64, 700, VOCABULARY - 1);
        logits.data()[17] = 50;
        logits.data()[700] = -80;
        SamplingOptions biased =
                new SamplingOptions(temperature, topP, topK, minP, 0f, 0f, OptionalLong.of(7), Map.of(17, 100f));
        SamplingState state = new SamplingState(biased, Optional.of(allowing(mayCome)));
        for (int i = 0; i < 500; i++) {
            assertThat(sampler.next(state, logits, 0, i, -1).id()).isIn(mayCome);
        }
    }

    private static AllowedTokens allowing(Set<Integer> ids) throws InterruptedException {
        var ready = new CountDownLatch(1);
        TokenMask mask = new TokenMask() {
            @Override
            public void allow(long[] bits) {
                Arrays.fill(bits, 0);
                ids.forEach(id -> bits[id >> 6] |= 1L << id);
            }

            @Override
            public void advance(int token) {}

            @Override
            public boolean mayBeSlow() {
                return false;
            }
        };
        var allowed = new AllowedTokens(mask, VOCABULARY, ready::countDown);
        allowed.begin();
        ready.await();
        return allowed;
    }
}
