package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.SpeculationLoad;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.api.Usage;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.CollectingSink.End;
import io.baseload.testing.Reference;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * An answer is the same with and without drafts, bit for bit. Answers may use only two tokens, of which one is likelier, so there are many guesses, most of them right and some
 * wrong.
 */
@Tag("kernel")
class SpeculationTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(2, false));
    private static final LoadOptions OPTIONS =
            LoadOptions.named("tiny").withContextLength(128).withKvTokens(960);
    private static final int ANSWER = 100;

    @TempDir
    static Path work;

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @ParameterizedTest
    @FieldSource("io.baseload.testing.Reference#KINDS")
    void anAnswerIsTheSameWithAndWithoutDrafts(String name) throws IOException {
        compare(Reference.open(name, work).model(), OPTIONS);
    }

    @ParameterizedTest
    @EnumSource(KvPrecision.class)
    void inAnyPrecisionOfKeysAndValues(KvPrecision precision) {
        compare(TestModels.tiny(), OPTIONS.withKvPrecision(precision));
    }

    @Test
    void withActivationsInEightBits() {
        compare(TestModels.tiny(), OPTIONS.withPrecision(Precision.FAST));
    }

    private static void compare(Path file, LoadOptions options) {
        try (LoadedModel plain = ENGINE.load(file, options.withSpeculation(false));
                LoadedModel speculative = ENGINE.load(file, options)) {
            // How many drafts are made depends on what they cost here and now: on a crowded machine some more answers
            // show both kinds.
            for (int seed = 0; seed < 3 || seed < 100 && !guessedRightAndWrong(speculative); seed++) {
                GenerationRequest request = request(seed, Lease.unlimited());
                CollectingSink expected = answer(plain, request);
                CollectingSink drafted = answer(speculative, request);
                assertThat(drafted.tokens()).isEqualTo(expected.tokens());
                assertThat(drafted.await()).isEqualTo(expected.await());
                GenerationRequest greedy = GenerationRequest.greedy(prompt(), ANSWER);
                assertThat(answer(speculative, greedy).tokens())
                        .isEqualTo(answer(plain, greedy).tokens());
            }
            SpeculationLoad load = speculative.load().speculation();
            assertThat(guessedRightAndWrong(speculative)).as("%s", load).isTrue();
            assertThat(plain.load().speculation()).isEqualTo(new SpeculationLoad(0, 0));
            assertThat(speculative.load().kvTokensUsed()).isZero();
        }
    }

    private static boolean guessedRightAndWrong(LoadedModel model) {
        SpeculationLoad load = model.load().speculation();
        return load.accepted() > 0 && load.accepted() < load.drafted();
    }

    @Test
    void theLeaseIsAskedBeforeEachTokenAndIsKept() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            CollectingSink whole = answer(model, request(1, Lease.unlimited()));
            List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
            Lease lease = produced -> {
                boolean first = !asked.contains(produced);
                asked.add(produced);
                return produced == 61 ? Lease.Answer.END : first ? Lease.Answer.WAIT : Lease.Answer.GO;
            };
            CollectingSink leased = answer(model, request(1, lease));
            assertThat(leased.await()).isEqualTo(new End(FinishReason.LENGTH, new Usage(prompt().length, 61)));
            assertThat(leased.tokens()).isEqualTo(whole.tokens().subList(0, 61));
            assertThat(asked.stream().distinct().toList())
                    .isEqualTo(IntStream.rangeClosed(0, 61).boxed().toList());
        }
    }

    @Test
    void endsWhereTheSinkOrAStopTokenEndsIt() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            CollectingSink whole = answer(model, request(1, Lease.unlimited()));
            for (int length = 40; length < 60; length++) {
                int most = length;
                CollectingSink sink = new CollectingSink(count -> count < most);
                model.generate(request(1, Lease.unlimited()), sink);
                assertThat(sink.await()).isEqualTo(new End(FinishReason.STOP, new Usage(prompt().length, length)));
                assertThat(sink.tokens()).isEqualTo(whole.tokens().subList(0, length));
            }
            CollectingSink stopped = answer(model, request(1, Set.of(9), Optional.empty(), Lease.unlimited()));
            int end = whole.ids().indexOf(9) + 1;
            assertThat(stopped.tokens()).isEqualTo(whole.tokens().subList(0, end));
            assertThat(stopped.await()).isEqualTo(new End(FinishReason.STOP, new Usage(prompt().length, end)));
        }
    }

    @Test
    void besideOthersAndUnderAMaskNothingIsDrafted() {
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), OPTIONS)) {
            List<GenerationRequest> requests = IntStream.range(0, 3)
                    .mapToObj(seed -> request(seed, Lease.unlimited()))
                    .toList();
            List<CollectingSink> alone =
                    requests.stream().map(request -> answer(model, request)).toList();
            List<CollectingSink> together = requests.stream()
                    .map(request -> {
                        CollectingSink sink = new CollectingSink();
                        model.generate(request, sink);
                        return sink;
                    })
                    .toList();
            together.forEach(CollectingSink::await);
            assertThat(together.stream().map(CollectingSink::tokens).toList())
                    .isEqualTo(alone.stream().map(CollectingSink::tokens).toList());
            SpeculationLoad before = model.load().speculation();
            CollectingSink masked =
                    answer(model, request(0, Set.of(), Optional.of(new Everything()), Lease.unlimited()));
            assertThat(masked.tokens()).isEqualTo(alone.getFirst().tokens());
            assertThat(model.load().speculation()).isEqualTo(before);
        }
    }

    /** A mask that allows all tokens. */
    private static final class Everything implements TokenMask {
        @Override
        public void allow(long[] bits) {
            Arrays.fill(bits, -1);
        }

        @Override
        public void advance(int token) {}

        @Override
        public boolean mayBeSlow() {
            return false;
        }
    }

    private static int[] prompt() {
        return IntStream.range(0, 20).map(i -> (i * 7 + i / 9) % 61).toArray();
    }

    private static CollectingSink answer(LoadedModel model, GenerationRequest request) {
        CollectingSink sink = new CollectingSink();
        model.generate(request, sink);
        sink.await();
        return sink;
    }

    private static GenerationRequest request(long seed, Lease lease) {
        return request(seed, Set.of(), Optional.empty(), lease);
    }

    private static GenerationRequest request(long seed, Set<Integer> stops, Optional<TokenMask> mask, Lease lease) {
        return new GenerationRequest(
                prompt(),
                ANSWER,
                new SamplingOptions(
                        50f, 1f, 0, 0f, 0.01f, 0.001f, OptionalLong.of(seed), Map.of(5, 20_000f, 9, 19_900f)),
                stops,
                2,
                false,
                mask,
                lease,
                FlowId.NONE,
                CacheScope.PRIVATE);
    }
}
