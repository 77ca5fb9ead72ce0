package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.TestModels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bundled model through the whole engine. */
class SmolLm2Test {
    /** Where the reference's two best logits are nearer than this, two f32 implementations may part. */
    private static final double NARROW = 5e-3;

    private static Engine engine;
    private static LoadedModel model;

    @BeforeAll
    static void load() {
        engine = Engine.open(EngineOptions.defaults());
        model = engine.load(
                TestModels.smolLm2(),
                LoadOptions.named("smollm2").withPrecision(Precision.EXACT).withContextLength(1024));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    static List<JsonNode> prompts() {
        JsonNode expected = JsonMapper.shared()
                .readTree(TestModels.reference("smollm2-135m").resolve("expected.json"));
        return expected.get("prompts").valueStream().toList();
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void decodesTheReferencesTokens(JsonNode prompt) {
        List<Integer> expected =
                prompt.get("greedy_ids").valueStream().map(JsonNode::asInt).toList();
        List<Integer> ids = answer(GenerationRequest.greedy(ids(prompt), expected.size())).stream()
                .map(SampledToken::id)
                .toList();
        int parted = IntStream.range(0, ids.size())
                .filter(i -> !ids.get(i).equals(expected.get(i)))
                .findFirst()
                .orElse(-1);
        if (parted >= 0) {
            double margin = prompt.get("margins").get(parted).asDouble();
            assertThat(margin)
                    .as("%s parts after %d tokens", prompt.get("name"), parted)
                    .isLessThan(NARROW);
        }
    }

    /** The same request and seed, alone and beside seven others of other lengths. */
    @Test
    void seededAnswersDoNotDependOnTheLoad() {
        int[] prompt = ids(prompts().get(3));
        List<SampledToken> alone = answer(seeded(prompt));
        List<CollectingSink> others = IntStream.range(0, 7)
                .mapToObj(i -> {
                    CollectingSink sink = new CollectingSink();
                    model.generate(GenerationRequest.greedy(ids(prompts().get(i % 6)), 10 + 5 * i), sink);
                    return sink;
                })
                .toList();
        assertThat(answer(seeded(prompt))).isEqualTo(alone);
        others.forEach(CollectingSink::await);
    }

    private static GenerationRequest seeded(int[] prompt) {
        SamplingOptions options = new SamplingOptions(0.9f, 0.95f, 0, 0f, 0.2f, 0.2f, OptionalLong.of(11), Map.of());
        return new GenerationRequest(
                prompt,
                24,
                options,
                Set.of(2),
                3,
                false,
                Optional.empty(),
                Lease.unlimited(),
                FlowId.NONE,
                CacheScope.PRIVATE);
    }

    private static List<SampledToken> answer(GenerationRequest request) {
        CollectingSink sink = new CollectingSink();
        model.generate(request, sink);
        sink.await();
        return sink.tokens();
    }

    private static int[] ids(JsonNode prompt) {
        return prompt.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
