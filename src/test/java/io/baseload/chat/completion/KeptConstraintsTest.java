package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.background.FairExecutor;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KeptConstraintsTest {
    private static Constraint constraint;

    private final KeptConstraints kept = new KeptConstraints(new FairExecutor("test", "tests", 16));
    private final AtomicInteger compiled = new AtomicInteger();

    @BeforeAll
    static void compile() {
        try (GgufFile file = GgufFile.open(TestModels.tiny())) {
            var table = new TokenTable(Tokenizer.of(GgufVocabulary.read(file.metadata())));
            constraint = Constraint.compile(Grammar.of(Expr.text("a")), table);
        }
    }

    private static ConstraintKey key(String scope, int number) {
        var format = new OutputFormat.Regex("guided_regex", String.valueOf(number));
        return new ConstraintKey(CacheScope.of(scope), format, ToolSet.EMPTY, true, false);
    }

    private Constraint quick() {
        compiled.incrementAndGet();
        return constraint;
    }

    private static Supplier<Constraint> waiting(CountDownLatch latch) {
        return () -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return constraint;
        };
    }

    @Test
    void aKeptConstraintWaitsForNoCompilation() {
        kept.get(key("a", 1), this::quick).join();
        var latch = new CountDownLatch(1);
        CompletableFuture<Constraint> late = kept.get(key("a", 2), waiting(latch));
        assertThat(kept.get(key("a", 1), this::quick)).isCompletedWithValue(constraint);
        assertThat(late).isNotDone();
        assertThat(kept.get(key("a", 2), this::quick)).isSameAs(late);
        latch.countDown();
        assertThat(late.join()).isSameAs(constraint);
        assertThat(compiled).hasValue(1);
    }

    @Test
    void refusesAgainWithoutCompiling() {
        Supplier<Constraint> refusing = () -> {
            compiled.incrementAndGet();
            throw new GrammarException("", "too large");
        };
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(kept.get(key("a", 1), refusing)::join).hasCauseInstanceOf(GrammarException.class);
        }
        assertThat(compiled).hasValue(1);
    }

    @Test
    void unexpectedFailuresAreNotRemembered() {
        var broken = kept.get(key("a", 1), () -> {
            throw new IllegalStateException("broken");
        });
        assertThatThrownBy(broken::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(kept.get(key("a", 1), this::quick).join()).isSameAs(constraint);
    }

    @Test
    void aLongCompilationKeepsNoOtherScopeWaiting() {
        var latch = new CountDownLatch(1);
        List<CompletableFuture<Constraint>> late = Stream.of("a", "b", "c")
                .map(scope -> kept.get(key(scope, 1), waiting(latch)))
                .toList();
        assertThat(kept.get(key("d", 1), this::quick)).succeedsWithin(Patience.LIMIT);
        CompletableFuture<Constraint> ofTheSame = kept.get(key("a", 2), this::quick);
        assertThat(ofTheSame).isNotDone();
        assertThat(late).noneMatch(CompletableFuture::isDone);
        latch.countDown();
        assertThat(ofTheSame.join()).isSameAs(constraint);
    }

    @Test
    void scopesTakeTurnsAndEachHasARoomOfItsOwnToWaitIn() {
        var latch = new CountDownLatch(1);
        var b = new CountDownLatch(1);
        var none = new CountDownLatch(0);
        List<Integer> order = new ArrayList<>();
        List<CompletableFuture<Constraint>> all = new ArrayList<>();
        for (int i = 0; i <= 16; i++) {
            int number = i;
            Supplier<Constraint> compile = i == 0 ? waiting(latch) : () -> noted(order, number, number > 1 ? b : none);
            all.add(kept.get(key("a", i), compile));
        }
        assertThatThrownBy(() -> kept.get(key("a", 17), this::quick)).isInstanceOf(OverloadedException.class);
        all.add(kept.get(key("b", 0), () -> {
            Constraint done = noted(order, -1, none);
            b.countDown();
            return done;
        }));
        latch.countDown();
        all.forEach(CompletableFuture::join);
        assertThat(order).hasSize(17);
        assertThat(order.indexOf(-1)).isLessThanOrEqualTo(1);
    }

    /** @param before work that must have ended, however slow its thread is */
    private static Constraint noted(List<Integer> order, int number, CountDownLatch before) {
        try {
            var unused = before.await(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        synchronized (order) {
            order.add(number);
        }
        return constraint;
    }

    @Test
    void aScopeWithManyLosesItsOwn() {
        kept.get(key("b", 0), this::quick).join();
        for (int i = 0; i < 100; i++) {
            kept.get(key("a", i), this::quick).join();
        }
        assertThat(compiled).hasValue(101);
        kept.get(key("b", 0), this::quick).join();
        kept.get(key("a", 99), this::quick).join();
        assertThat(compiled).hasValue(101);
        kept.get(key("a", 0), this::quick).join();
        assertThat(compiled).hasValue(102);
    }
}
