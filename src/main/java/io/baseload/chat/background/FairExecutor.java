package io.baseload.chat.background;

import io.baseload.engine.api.Background;
import io.baseload.engine.api.OverloadedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs work in the background, few pieces at once. For each owner one piece runs at a time, and the owners take turns. A piece that turns out to be long makes room for the next,
 * so that large pieces of one owner don't delay small ones of others; a few may be long at the same time.
 */
public final class FairExecutor {
    private static final int MAX_LONG = 4;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String name;
    private final String work;
    private final int maxWaiting;

    /** An owner's piece that may run now. */
    private static final class Turn {
        private final String owner;
        private final Runnable work;
        private State state = State.WAITING;

        private Turn(String owner, Runnable work) {
            this.owner = owner;
            this.work = work;
        }
    }

    private enum State {
        WAITING,
        RUNNING,
        LONG,
        ENDED
    }

    private final Queue<Turn> turns = new ArrayDeque<>();

    /** The further work of owners that have a turn or are running. */
    private final Map<String, Queue<Runnable>> waiting = new HashMap<>();

    private int running;
    private int runningLong;

    /**
     * @param name of its threads
     * @param work its work in words, for messages, such as "schemas are being compiled"
     * @param maxWaiting the most pieces of one owner that wait
     */
    public FairExecutor(String name, String work, int maxWaiting) {
        this.name = name;
        this.work = work;
        this.maxWaiting = maxWaiting;
    }

    /**
     * Runs a piece and waits for its end. An exception of the piece is thrown again.
     *
     * @throws OverloadedException if too much of this owner is waiting
     */
    public <T> T call(String owner, Supplier<T> piece) {
        var result = new CompletableFuture<T>();
        execute(owner, () -> {
            try {
                result.complete(piece.get());
            } catch (Throwable failed) {
                result.completeExceptionally(failed);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw e;
            }
        }
    }

    /** @throws OverloadedException if too much of this owner is waiting */
    public synchronized void execute(String owner, Runnable piece) {
        @Nullable Queue<Runnable> others = waiting.get(owner);
        if (others == null) {
            waiting.put(owner, new ArrayDeque<>());
            turns.add(new Turn(owner, piece));
            startNext();
        } else if (others.size() < maxWaiting) {
            others.add(piece);
        } else {
            throw new OverloadedException("too many " + work + ": at most " + maxWaiting + " wait", RETRY);
        }
    }

    private void startNext() {
        if (running < Background.THREADS && !turns.isEmpty()) {
            running++;
            Turn turn = turns.remove();
            turn.state = State.RUNNING;
            Background.start(name, () -> run(turn), () -> makeRoom(turn));
        }
    }

    private void run(Turn turn) {
        try {
            turn.work.run();
        } finally {
            ended(turn);
        }
    }

    private synchronized void makeRoom(Turn turn) {
        if (turn.state == State.RUNNING && runningLong < MAX_LONG) {
            turn.state = State.LONG;
            runningLong++;
            running--;
            startNext();
        }
    }

    private synchronized void ended(Turn turn) {
        if (turn.state == State.LONG) {
            runningLong--;
        } else {
            running--;
        }
        turn.state = State.ENDED;
        Queue<Runnable> others = Objects.requireNonNull(waiting.get(turn.owner));
        @Nullable Runnable next = others.poll();
        if (next == null) {
            waiting.remove(turn.owner);
        } else {
            turns.add(new Turn(turn.owner, next));
        }
        startNext();
    }
}
