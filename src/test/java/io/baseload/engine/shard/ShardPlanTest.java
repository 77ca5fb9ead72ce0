package io.baseload.engine.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.api.UncuttableModelException;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.shard.ShardPlan.Part;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.MatrixSlice;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import io.baseload.engine.weights.AssumedWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.MatrixList;
import io.baseload.engine.weights.MatrixList.Named;
import io.baseload.engine.weights.Weights;
import io.baseload.testing.TestModels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardPlanTest {
    private static ModelConfig llama(int hidden, int heads, int kvHeads, int width, int vocabulary, int headDim) {
        String config = """
            {"model_type": "llama", "num_hidden_layers": 2, "hidden_size": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
            "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "head_dim": %d}
            """.formatted(hidden, heads, kvHeads, width, vocabulary, headDim);
        return Architectures.config(ConfigKeys.of(config));
    }

    private static List<Named> matrices(ModelConfig config, Quantization format) {
        var list = new MatrixList(new AssumedWeights(new ImportPackings(format)));
        DecoderWeights.load(config, list);
        return list.matrices();
    }

    private static ShardPlan plan(ModelConfig config, Quantization format, int shards) {
        return new ShardPlan(config, matrices(config, format), shards);
    }

    @ParameterizedTest
    @CsvSource({
        "576, 9, 3, 1536, 49152, 64, 2",
        "576, 9, 3, 1536, 49152, 64, 3",
        "576, 9, 3, 1536, 49152, 64, 4",
        "64, 4, 1, 96, 384, 16, 4",
        "64, 2, 1, 96, 384, 32, 3",
        "64, 1, 1, 96, 384, 64, 4",
        "64, 5, 5, 72, 100, 8, 3",
        "128, 12, 4, 200, 1000, 24, 3",
        "64, 4, 2, 240, 384, 16, 16",
        "8192, 64, 8, 28672, 128256, 128, 4"
    })
    void eachWeightOfALlamaLiesWithOneShardAndEachShardIsAModel(
            int hidden, int heads, int kvHeads, int width, int vocabulary, int headDim, int shards) {
        ModelConfig config = llama(hidden, heads, kvHeads, width, vocabulary, headDim);
        for (Quantization format : List.of(Quantization.BF16, Quantization.Q4, Quantization.NF4_DQ)) {
            check(config, format, shards);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deepseek-v2",
                "deepseek-v3",
                "gemma",
                "gemma3-v5config",
                "gpt-oss-mxfp4",
                "olmo2",
                "qwen3",
                "tiny-gpt-oss",
                "tiny-mixtral",
                "tiny-qwen3-moe",
                "tiny-yuan2",
                "yuan2-m32"
            })
    void eachWeightOfEachFamilyLiesWithOneShardAndEachShardIsAModel(String model) {
        ModelConfig config =
                Architectures.config(ConfigKeys.read(TestModels.reference(model).resolve("config.json")));
        for (int shards = 1; shards <= 4; shards++) {
            check(config, Quantization.BF16, shards);
            check(config, Quantization.NF4_DQ, shards);
        }
    }

    private static void check(ModelConfig config, Quantization format, int shards) {
        ShardPlan plan = plan(config, format, shards);
        Map<Integer, Map<String, MatrixSlice>> own = new HashMap<>();
        for (Named named : matrices(config, format)) {
            List<Part> parts = plan.parts(named.name(), named.matrix());
            assertThat(parts).as(named.name()).isNotEmpty();
            covers(named, plan, parts);
            parts.forEach(part ->
                    own.computeIfAbsent(part.shard(), shard -> new HashMap<>()).put(part.name(), part.slice()));
        }
        for (int shard = 0; shard < shards; shard++) {
            Map<String, MatrixSlice> left = own.getOrDefault(shard, Map.of());
            DecoderWeights.load(plan.config(shard), plan.planned(shard));
            DecoderWeights.load(plan.config(shard), asking(left));
            assertThat(left).as("what shard %d never asks for", shard).isEmpty();
        }
    }

    /** A shard's own model asks for its parts, in their shapes. */
    private static Weights asking(Map<String, MatrixSlice> parts) {
        return new Weights() {
            @Override
            public PackedMatrix matrix(String name, int rows, int cols) {
                MatrixSlice slice = parts.remove(name);
                assertThat(slice).as(name).isNotNull();
                assertThat(List.of(slice.rows().size(), slice.width())).as(name).isEqualTo(List.of(rows, cols));
                return PackedMatrix.planned(slice.packing(), rows, cols);
            }

            @Override
            public float[] vector(String name, int length) {
                return new float[length];
            }
        };
    }

    private static void covers(Named named, ShardPlan plan, List<Part> parts) {
        PackedMatrix matrix = named.matrix();
        int[] rows = new int[matrix.rows()];
        int[] cols = new int[matrix.cols()];
        for (Part part : parts) {
            boolean byRows = part.slice().width() == matrix.cols();
            assertThat(byRows || part.slice().rows().size() == matrix.rows())
                    .as(named.name())
                    .isTrue();
            if (byRows) {
                mark(rows, part.slice().rows());
            } else {
                part.slice().cols().forEach(piece -> mark(cols, piece));
            }
        }
        int[] marked = Arrays.stream(rows).sum() > 0 ? rows : cols;
        switch (plan.cut(named.name())) {
            case WeightCut.Whole whole -> assertThat(marked).as(named.name()).containsOnly(plan.shards());
            case WeightCut.Outputs outputs
            when named.name().matches(".*attention\\.(key|value)") ->
                assertThat(marked).as(named.name()).isEqualTo(keeping(outputs.ranges(), matrix.rows()));
            default -> assertThat(marked).as(named.name()).containsOnly(1);
        }
    }

    /** KV heads may lie with several shards, but then with all that have query heads of them. */
    private static int[] keeping(List<IndexRange> ranges, int rows) {
        int[] marked = new int[rows];
        ranges.forEach(range -> mark(marked, range));
        assertThat(marked).doesNotContain(0);
        return marked;
    }

    private static void mark(int[] counts, IndexRange range) {
        for (int i = range.from(); i < range.to(); i++) {
            counts[i]++;
        }
    }

    @Test
    void threeKvHeadsOnTwoShardsAreCutTwoToOne() {
        ShardPlan plan = plan(llama(576, 9, 3, 1536, 49152, 64), Quantization.BF16, 2);
        assertThat(heads(plan)).isEqualTo(List.of(List.of(3, 1), List.of(6, 2)));
        long head = 2L * 64 * Float.BYTES * plan.whole().layers().size();
        assertThat(plan.outline(KvPrecision.F32).kvBytesPerToken()).containsExactly(head, 2 * head);
    }

    @Test
    void threeKvHeadsOnFourShardsAreKeptTwiceWhereTwoShardsShareOne() {
        ShardPlan plan = plan(llama(576, 9, 3, 1536, 49152, 64), Quantization.BF16, 4);
        assertThat(heads(plan)).isEqualTo(List.of(List.of(3, 1), List.of(3, 1), List.of(1, 1), List.of(2, 1)));
        ShardOutline outline = plan.outline(KvPrecision.F32);
        assertThat(outline.replicated()).containsExactly("attention.key", "attention.value");
        assertThat(outline.replicatedBytes()).isEqualTo(2 * 2 * 64 * 576 * 2);
        assertThat(outline.bytes().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(outline.wholeBytes() + outline.replicatedBytes());
    }

    private static List<List<Integer>> heads(ShardPlan plan) {
        return IntStream.range(0, plan.shards())
                .mapToObj(shard -> plan.config(shard).attention())
                .map(attention -> List.of(attention.heads(), attention.kvHeads()))
                .toList();
    }

    @Test
    void whereThereAreFewerHeadsThanShardsTheLastHaveNone() {
        ShardPlan plan = plan(llama(64, 2, 1, 96, 384, 32), Quantization.BF16, 4);
        assertThat(heads(plan)).isEqualTo(List.of(List.of(1, 1), List.of(1, 1), List.of(0, 0), List.of(0, 0)));
    }

    /** Its 4 query heads share 2 KV heads. */
    @Test
    void aKeyThatSeveralShardsHaveCountsOnceInANormOverAllHeads() {
        ModelConfig olmo = Architectures.config(
                ConfigKeys.read(TestModels.reference("olmo2").resolve("config.json")));
        ShardPlan plan = plan(olmo, Quantization.BF16, 4);
        List<QueryKeyNorm> norms = IntStream.range(0, 4)
                .mapToObj(shard -> ((GroupedQuery) plan.config(shard).attention()).norm())
                .toList();
        assertThat(norms)
                .isEqualTo(IntStream.of(0, 16, 0, 16)
                        .mapToObj(before -> new QueryKeyNorm.Projection(64, 32, before))
                        .toList());
    }

    @Test
    void innerWidthsAreCutWhereNestedScalesEndIfThatIsEven() {
        assertThat(down(5632, Quantization.Q4, 2)).isEqualTo(new IndexRange(0, 2560));
        assertThat(down(1536, Quantization.Q4, 2)).isEqualTo(new IndexRange(0, 768));
        assertThat(down(1536, Quantization.Q4, 3)).isEqualTo(new IndexRange(0, 512));
    }

    /** 15 panels of 16 would be even enough for 16 shards, but not for the one that got none. */
    @Test
    void whereThereAreFewerUnitsThanShardsTheNextSmallerOneIsTaken() {
        ModelConfig config = llama(64, 4, 2, 240, 384, 16);
        for (Quantization format : List.of(Quantization.BF16, Quantization.Q4, Quantization.NF4_DQ)) {
            assertThat(plan(config, format, 16).layer(0).width()).hasSize(16).allMatch(range -> range.size() == 15);
        }
        assertThat(Cuts.inputs(Packing.Q4_0, 480, 16)).hasSize(16).allMatch(range -> range.size() % 16 == 0);
    }

    @Test
    void whateverTheWidthIsEachShardHasAPartOfIt() {
        List<Packing> packings =
                List.of(Packing.BF16, Packing.Q4_0, Packing.Q4, new Packing(Codes.NF4, 64, Scales.LINEAR8));
        for (Packing packing : packings) {
            for (int width = 1; width <= 1100; width++) {
                for (int shards = 1; shards <= Math.min(width, 64); shards++) {
                    int next = 0;
                    for (IndexRange range : Cuts.inputs(packing, width, shards)) {
                        if (range.from() != next || range.size() < 1) {
                            throw new AssertionError(range + " of " + width + " in " + shards + " shards");
                        }
                        next = range.to();
                    }
                    assertThat(next).isEqualTo(width);
                }
            }
        }
    }

    /** Either each shard is a model, or there is a reason. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 15, 17, 31, 33, 100, 239, 240, 241, 480, 1000, 1008})
    void oddWidthsAreCutOrRefused(int width) {
        ModelConfig config = llama(64, 4, 2, width, 384, 16);
        for (int shards = 1; shards <= 26; shards++) {
            if (width < shards || shards > 24) { // 24 panels of tokens
                int tooMany = shards;
                assertThatThrownBy(() -> plan(config, Quantization.Q4, tooMany))
                        .isInstanceOf(UncuttableModelException.class);
            } else {
                check(config, Quantization.Q4, shards);
            }
        }
    }

    private static IndexRange down(int width, Quantization format, int shards) {
        return plan(llama(2048, 32, 4, width, 32000, 64), format, shards)
                .layer(0)
                .width()
                .getFirst();
    }

    /** 32 heads of 64 end where 16 blocks of 32 columns do, but 768 is between two such places. */
    @Test
    void scalesThatACutGoesThroughAreNestedNoMore() {
        ShardPlan plan = plan(llama(2048, 32, 4, 1536, 32000, 64), Quantization.Q4, 2);
        Map<String, Packing> packings = new HashMap<>();
        for (Named named : matrices(plan.whole(), Quantization.Q4)) {
            packings.put(
                    named.name(),
                    plan.parts(named.name(), named.matrix()).getFirst().slice().packing());
        }
        assertThat(packings.get("layers.0.attention.output")).isEqualTo(Packing.Q4);
        assertThat(packings.get("layers.0.feed_forward.gate")).isEqualTo(Packing.Q4);
        assertThat(packings.get("layers.0.feed_forward.down").scales()).hasToString("F32_MINIMUM");
        assertThat(plan.outline(KvPrecision.F32).widened()).containsExactly("feed_forward.down");
    }

    /** Of a mixture with latent attention each shard has all routers and compressions, and a part of each expert. */
    @Test
    void expertsAreCountedApartFromWhatAllRowsMeet() {
        ModelConfig mixture = Architectures.config(
                ConfigKeys.read(TestModels.reference("deepseek-v3").resolve("config.json")));
        ShardOutline whole = plan(mixture, Quantization.BF16, 1).outline(KvPrecision.F16);
        ShardOutline outline = plan(mixture, Quantization.BF16, 2).outline(KvPrecision.F16);
        assertThat(outline.replicatedBytes()).isPositive();
        assertThat(sum(outline.sharedBytes())).isEqualTo(whole.sharedBytes().getFirst() + outline.replicatedBytes());
        assertThat(sum(outline.expertBytes())).isEqualTo(whole.expertBytes().getFirst());
        assertThat(whole.expertBytes().getFirst()).isPositive();
        long lookedUp = (long) mixture.vocabulary() * mixture.hidden() * Short.BYTES;
        assertThat(whole.wholeBytes())
                .isEqualTo(whole.sharedBytes().getFirst() + whole.expertBytes().getFirst() + lookedUp);
        assertThat(outline.heads().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(mixture.attention().heads());
    }

    private static long sum(List<Long> bytes) {
        return bytes.stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void oneShardIsTheModel() {
        ShardPlan plan = plan(llama(576, 9, 3, 1536, 49152, 64), Quantization.Q4, 1);
        assertThat(plan.config(0)).isEqualTo(plan.whole());
        ShardOutline outline = plan.outline(KvPrecision.F32);
        assertThat(outline.bytes()).containsExactly(outline.wholeBytes());
        assertThat(outline.replicatedBytes() + outline.widenedBytes()).isZero();
    }

    @Test
    void refusesModelsThatCannotBeCut() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(llama(64, 2, 2, 2, 384, 32), Quantization.BF16, 3))
                .withMessage("llama has 2 inner channels, which can't be cut into 3 shards");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(llama(64, 4, 2, 96, 384, 32), Quantization.BF16, 0))
                .withMessage("shards must be at least 1, not 0");
        ModelConfig latent = Architectures.config(
                ConfigKeys.read(TestModels.reference("deepseek-v2").resolve("config.json")));
        int heads = latent.attention().heads();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(latent, Quantization.BF16, heads + 1))
                .withMessage("deepseek_v2 has %d query heads, which can't be cut into %d shards", heads, heads + 1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 3", "4, 4", "5, 1", "6, 3", "8, 4", "12, 4", "24, 4"})
    void aModelThatCannotBeCutSoOftenIsCutIntoTheLargestDivisor(int wanted, int shards) {
        ModelConfig latent = Architectures.config(
                ConfigKeys.read(TestModels.reference("deepseek-v2").resolve("config.json")));
        assertThat(latent.attention().heads()).isEqualTo(4);
        ShardPlan plan = ShardPlan.fitting(latent, matrices(latent, Quantization.BF16), wanted);
        assertThat(plan.shards()).isEqualTo(shards);
        String many = shards == 1 ? "1 shard" : shards + " shards";
        assertThat(plan.outline(KvPrecision.F32).fewer())
                .isEqualTo(
                        shards == wanted
                                ? Optional.empty()
                                : Optional.of(
                                        many + " instead of " + wanted + ", because deepseek_v2 has 4 query heads"));
    }

    @Test
    void whateverThereIsTheLeastOfLimitsTheShards() {
        ModelConfig narrow = llama(64, 2, 2, 3, 384, 32);
        assertThat(ShardPlan.fitting(narrow, matrices(narrow, Quantization.BF16), 4)
                        .fewer())
                .hasValue("2 shards instead of 4, because llama has 3 inner channels");
        ModelConfig mute = llama(64, 8, 2, 96, 40, 8);
        assertThat(ShardPlan.fitting(mute, matrices(mute, Quantization.BF16), 8).fewer())
                .hasValue("2 shards instead of 8, because llama has 3 panels of tokens");
    }
}
