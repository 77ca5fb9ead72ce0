package io.baseload.cli;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.LogitsSink;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.Usage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Measures a window of text, whose logits come from the engine: of one model, or of two at the same time, which are compared position by position. Rows of the model that is ahead
 * wait for the other; the engine alternates between both, so these are few.
 */
final class WindowMeasure {
    private final int[] ids;
    private final Distribution distribution;
    private final int vocabulary;
    private final Side model = new Side();
    private final Side other = new Side();
    private final boolean compared;
    private double kl;
    private int agreed;

    /** @param compared whether logits of another model come as well */
    WindowMeasure(int[] ids, int vocabulary, boolean compared) {
        this.ids = ids;
        this.vocabulary = vocabulary;
        this.distribution = new Distribution(vocabulary);
        this.compared = compared;
    }

    LogitsSink model() {
        return model;
    }

    LogitsSink other() {
        return other;
    }

    /** Waits until all logits have come. */
    WindowScore score() throws InterruptedException, ExecutionException {
        model.end.get();
        if (compared) {
            other.end.get();
        }
        return new WindowScore(ids.length - 1, model.nll, kl, agreed, other.nll);
    }

    /** Logits after a token, with log Σ e^logit. */
    private record Row(float[] logits, double logSum) {}

    /** One of the models; called by the engine's thread alone. */
    private final class Side implements LogitsSink {
        private final Map<Integer, Row> ahead = new HashMap<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private double nll;

        @Override
        public void logits(int position, float[] logits, int from) {
            float[] own = Arrays.copyOfRange(logits, from, from + vocabulary);
            Row row = new Row(own, distribution.logSum(own));
            nll += row.logSum() - own[ids[position + 1]];
            if (compared) {
                compare(position, row);
            }
        }

        private void compare(int position, Row row) {
            Side partner = this == model ? other : model;
            Row second = partner.ahead.remove(position);
            if (second == null) {
                ahead.put(position, row);
                return;
            }
            Row reference = this == other ? row : second;
            Row measured = this == other ? second : row;
            kl += distribution.divergence(reference.logits(), reference.logSum(), measured.logits(), measured.logSum());
            agreed += Distribution.top(reference.logits()) == Distribution.top(measured.logits()) ? 1 : 0;
        }

        @Override
        public boolean token(SampledToken token) {
            return true;
        }

        @Override
        public void finished(FinishReason reason, Usage usage) {
            end.complete(null);
        }

        @Override
        public void failed(Throwable cause, Usage usage) {
            end.completeExceptionally(cause);
        }
    }
}
