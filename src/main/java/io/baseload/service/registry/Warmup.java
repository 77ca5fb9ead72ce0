package io.baseload.service.registry;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import io.baseload.service.registry.Jobs.CancelledException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The first token of a model that was just loaded, asked before users can: weights are read, the decode kernels begin to be compiled, and a model that can't
 * compute is found out. The kernels of long prompts are compiled by the first of these.
 */
final class Warmup implements TokenSink {
    private final CompletableFuture<Usage> end = new CompletableFuture<>();

    /**
     * @param meanwhile runs now and then, and may throw: then nothing is generated any more
     * @throws NotFiniteException if the model computes no numbers
     * @throws IllegalStateException if it can't generate for another reason
     */
    static void run(LoadedModel model, Runnable meanwhile) {
        Warmup sink = new Warmup();
        Generation first = model.generate(GenerationRequest.greedy(new int[] {0}, 1), sink);
        try {
            ModelLoader.await(sink.end, meanwhile);
        } catch (CancelledException e) {
            first.cancel();
            throw e;
        } catch (CompletionException e) {
            if (e.getCause() instanceof NotFiniteException unusable) {
                throw unusable;
            }
            throw new IllegalStateException("the model can't generate: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public boolean token(SampledToken token) {
        return true;
    }

    @Override
    public void finished(FinishReason reason, Usage usage) {
        end.complete(usage);
    }

    @Override
    public void failed(Throwable cause, Usage usage) {
        end.completeExceptionally(cause);
    }
}
