package io.baseload.chat.completion;

import io.baseload.engine.api.Background;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.OverloadedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs work in the background, little at once. For each scope one piece is run at a time and the scopes take turns. A piece that turns out to be long makes room
 * for the next, so that nobody's large schemas keep others' small ones waiting; a few may be long at the same time.
 */
final class FairExecutor {
    private static final int MOST_WAITING = 16;
    private static final int MOST_LONG = 4;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String name;

    /** A scope's piece that may be run now. */
    private static final class Turn {
        private final CacheScope scope;
        private final Runnable work;
        private State state = State.WAITING;

        private Turn(CacheScope scope, Runnable work) {
            this.scope = scope;
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

    /** The further work of scopes that have a turn or are running. */
    private final Map<CacheScope, Queue<Runnable>> waiting = new HashMap<>();

    private int running;
    private int runningLong;

    /** @param name of its threads */
    FairExecutor(String name) {
        this.name = name;
    }

    /** @throws OverloadedException if too much of this scope is waiting */
    synchronized void execute(CacheScope scope, Runnable work) {
        @Nullable Queue<Runnable> others = waiting.get(scope);
        if (others == null) {
            waiting.put(scope, new ArrayDeque<>());
            turns.add(new Turn(scope, work));
            startNext();
        } else if (others.size() < MOST_WAITING) {
            others.add(work);
        } else {
            throw new OverloadedException(
                    "too many schemas and grammars are being compiled: at most " + MOST_WAITING + " wait", RETRY);
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
        if (turn.state == State.RUNNING && runningLong < MOST_LONG) {
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
        Queue<Runnable> others = Objects.requireNonNull(waiting.get(turn.scope));
        @Nullable Runnable next = others.poll();
        if (next == null) {
            waiting.remove(turn.scope);
        } else {
            turns.add(new Turn(turn.scope, next));
        }
        startNext();
    }
}
