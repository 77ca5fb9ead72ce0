package io.baseload.service.protocol;

import io.baseload.service.inference.Origin;
import io.baseload.service.tenant.Caller;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Who asks, and from where: all that a request's answer depends on but its body.
 *
 * @param memory receives the number of bytes that are in memory in addition to the body, from any thread once that has been read, and may throw; negative ones give back
 */
public record RequestContext(Caller caller, Origin origin, LongConsumer memory) {
    private static final int MAX_BYTES = 8 << 20;
    private static final Semaphore TURNS = new Semaphore(MAX_BYTES, true);
    private static final Semaphore TURNS_OF_KEPT = new Semaphore(MAX_BYTES, true);

    /** Reads a body. The objects built from a body are some ten times its size, so large bodies take turns. */
    public <T> T read(byte[] body, Function<Fields, T> reader) {
        return inTurn(body, reader);
    }

    /** The same for a text that comes with other context, such as a line of a batch. */
    public static <T> T inTurn(byte[] text, Function<Fields, T> reader) {
        return read(TURNS, text, reader);
    }

    /** Reads a stored text of an earlier request while the body is read. Such texts have their own turns, in which nothing waits for a body's turn. */
    public <T> T readKept(byte[] text, Function<Fields, T> reader) {
        return read(TURNS_OF_KEPT, text, reader);
    }

    private static <T> T read(Semaphore turns, byte[] text, Function<Fields, T> reader) {
        int weight = Math.min(text.length, MAX_BYTES);
        turns.acquireUninterruptibly(weight);
        try {
            return reader.apply(Fields.of(text));
        } finally {
            turns.release(weight);
        }
    }
}
