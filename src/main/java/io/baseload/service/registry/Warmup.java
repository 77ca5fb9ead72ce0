package io.baseload.service.registry;

import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.api.ResidentModel;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import io.baseload.service.registry.Jobs.CancelledException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Generates the first token of a model that was just loaded, before users can: weights are read, and a model that can't compute is detected. The engine has compiled its
 * kernels before.
 */
final class Warmup implements TokenSink {
    private final CompletableFuture<Usage> end = new CompletableFuture<>();

    /**
     * @param meanwhile runs now and then, and may throw: then nothing more is generated
     * @throws NotFiniteException if the model computes no finite numbers
     * @throws IllegalStateException if it can't generate for another reason
     */
    static void run(ResidentModel model, Runnable meanwhile) {
        switch (model) {
            case LoadedModel generating -> run(generating, meanwhile);
            case LoadedEncoder encoder -> run(encoder, meanwhile);
        }
    }

    private static void run(LoadedEncoder encoder, Runnable meanwhile) {
        var first = encoder.encode(List.of(EncoderText.of(new int[] {0})), FlowId.NONE);
        try {
            ModelLoader.await(first, meanwhile);
        } catch (CancelledException e) {
            first.cancel(true);
            throw e;
        } catch (CompletionException e) {
            throw unusable(Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private static void run(LoadedModel model, Runnable meanwhile) {
        Warmup sink = new Warmup();
        Generation first = model.generate(GenerationRequest.greedy(new int[] {0}, 1), sink);
        try {
            ModelLoader.await(sink.end, meanwhile);
        } catch (CancelledException e) {
            first.cancel();
            throw e;
        } catch (CompletionException e) {
            throw unusable(Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private static RuntimeException unusable(Throwable cause) {
        return cause instanceof NotFiniteException numbers
                ? numbers
                : new IllegalStateException("the model can't compute: " + cause, cause);
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
