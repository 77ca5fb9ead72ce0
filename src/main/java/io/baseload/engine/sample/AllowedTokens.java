package io.baseload.engine.sample;

import io.baseload.engine.api.TokenMask;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The mask of a sequence's next token, computed on another thread once the token before it is known, while the engine computes the logits.
 * Used by the engine's thread.
 */
public final class AllowedTokens {
    private final TokenMask mask;
    private final long[] bits;
    private final Runnable whenReady;
    private volatile boolean ready;
    private volatile boolean abandoned;
    private @Nullable Throwable failure;

    /**
     * @param vocabulary number of logits
     * @param whenReady called by the other thread each time the mask has become ready
     */
    public AllowedTokens(TokenMask mask, int vocabulary, Runnable whenReady) {
        this.mask = mask;
        this.bits = new long[(vocabulary + Long.SIZE - 1) / Long.SIZE];
        this.whenReady = whenReady;
    }

    /** Starts computing the mask of the first token. */
    public void begin() {
        compute(() -> mask.allow(bits));
    }

    /** Starts computing the mask of the token after this one. */
    public void advance(int token) {
        ready = false;
        compute(() -> {
            mask.advance(token);
            mask.allow(bits);
        });
    }

    private void compute(Runnable work) {
        MaskThreads.execute(mask, () -> {
            if (abandoned) {
                return;
            }
            try {
                work.run();
            } catch (Throwable thrown) {
                failure = thrown;
            }
            ready = true;
            whenReady.run();
        });
    }

    /** Abandons the mask. */
    public void abandon() {
        abandoned = true;
    }

    /** Whether the mask is ready; until then no other method may be called. */
    public boolean ready() {
        return ready;
    }

    /** Why the mask couldn't be computed. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether any token is allowed. */
    public boolean any() {
        for (long word : bits) {
            if (word != 0) {
                return true;
            }
        }
        return false;
    }

    /** Makes tokens that aren't allowed impossible. */
    void apply(float[] logits, int at, int vocabulary) {
        for (int word = 0; word < bits.length; word++) {
            long banned = ~bits[word];
            int first = word * Long.SIZE;
            while (banned != 0) {
                int id = first + Long.numberOfTrailingZeros(banned);
                if (id >= vocabulary) {
                    return;
                }
                logits[at + id] = Float.NEGATIVE_INFINITY;
                banned &= banned - 1;
            }
        }
    }
}
