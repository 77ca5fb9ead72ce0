package io.baseload.service.inference;

import io.baseload.engine.api.Usage;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** Times one request, by what the engine's thread tells. */
final class Stopwatch {
    private final InferenceMeters.OfModel meters;
    private final long begun;
    private final AtomicBoolean stepped = new AtomicBoolean();
    private final AtomicLong first = new AtomicLong(); // nanoseconds; 0 = there is none yet

    Stopwatch(InferenceMeters.OfModel meters, long begun) {
        this.meters = meters;
        this.begun = begun;
    }

    /** Follows the number of tokens that one answer has. */
    IntConsumer answer() {
        return new IntConsumer() {
            private int tokens;
            private long last;

            @Override
            public void accept(int produced) {
                if (stepped.compareAndSet(false, true)) {
                    meters.queueTime().record(elapsed(), TimeUnit.NANOSECONDS);
                }
                if (produced > tokens) {
                    advance(System.nanoTime());
                    meters.decodedTokens().increment(produced - tokens);
                    tokens = produced;
                }
            }

            private void advance(long now) {
                token();
                if (tokens > 0) {
                    meters.interToken().record(now - last, TimeUnit.NANOSECONDS);
                }
                last = now;
            }
        };
    }

    /** There is a token. */
    void token() {
        if (first.compareAndSet(0, Math.max(1, elapsed()))) {
            meters.firstToken().record(first.get(), TimeUnit.NANOSECONDS);
        }
    }

    /** How long the first token took; as long as everything, if there was none. */
    Duration firstToken() {
        return Duration.ofNanos(first.get() == 0 ? elapsed() : first.get());
    }

    /** @param reason the answers' finish reason, or how else the request ended */
    void end(Usage usage, String reason) {
        meters.ended(reason);
        meters.promptTokens().increment(usage.prompt());
        meters.generationTokens().increment(usage.completion());
        meters.endToEnd().record(elapsed(), TimeUnit.NANOSECONDS);
    }

    long milliseconds() {
        return TimeUnit.NANOSECONDS.toMillis(elapsed());
    }

    private long elapsed() {
        return System.nanoTime() - begun;
    }
}
