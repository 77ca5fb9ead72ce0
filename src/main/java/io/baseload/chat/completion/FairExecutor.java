package io.baseload.chat.completion;

import io.baseload.engine.api.Background;
import io.baseload.engine.api.OverloadedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs work in the background, few pieces at once. For each owner one piece runs at a time, and the owners take turns. A piece that turns out to be long makes room for the next,
 * so that large schemas of one owner don't delay small ones of others; a few may be long at the same time.
 */
final class FairExecutor {
    private static final int MAX_WAITING = 16;
    private static final int MAX_LONG = 4;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String name;

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

    /** @param name of its threads */
    FairExecutor(String name) {
        this.name = name;
    }

    /** @throws OverloadedException if too much of this owner is waiting */
    synchronized void execute(String owner, Runnable work) {
        @Nullable Queue<Runnable> others = waiting.get(owner);
        if (others == null) {
            waiting.put(owner, new ArrayDeque<>());
            turns.add(new Turn(owner, work));
            startNext();
        } else if (others.size() < MAX_WAITING) {
            others.add(work);
        } else {
            throw new OverloadedException(
                    "too many schemas and grammars are being compiled: at most " + MAX_WAITING + " wait", RETRY);
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
