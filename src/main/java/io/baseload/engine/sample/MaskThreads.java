package io.baseload.engine.sample;

import io.baseload.engine.api.Background;
import io.baseload.engine.api.TokenMask;
import java.util.concurrent.Executor;

/** The threads that compute masks. Masks that may be slow have separate threads, so other answers never wait for them. */
final class MaskThreads {
    private static final Executor QUICK = Background.threads("baseload-mask-");
    private static final Executor SLOW = Background.lowThreads("baseload-slow-mask-");

    private MaskThreads() {}

    static void execute(TokenMask mask, Runnable work) {
        if (mask.mayBeSlow()) {
            SLOW.execute(work);
        } else {
            QUICK.execute(() -> unlessSlow(mask, work));
        }
    }

    /** Another answer may have found out meanwhile that the mask may be slow. */
    private static void unlessSlow(TokenMask mask, Runnable work) {
        if (mask.mayBeSlow()) {
            SLOW.execute(work);
        } else {
            work.run();
        }
    }
}
