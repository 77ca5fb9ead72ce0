package io.baseload.engine.parallel;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Where workers meet in steps of a layout: those of each shard, and those of different shards that wait for each other's slices. */
final class ShardMeetings {
    private final Meeting[] shards;
    private final Stamps stamps;
    private final Barrier[] barriers;

    /**
     * Other parameters as for a {@link Meeting}.
     *
     * @param all the meeting of all workers, which is that of the shard if there is only one
     */
    ShardMeetings(TeamLayout layout, Meeting all, boolean crowded, long naps) {
        int workers = layout.workers();
        stamps = new Stamps(layout, crowded, naps);
        shards = new Meeting[layout.shards()];
        for (int shard = 0; shard < shards.length; shard++) {
            List<Integer> own = IntStream.iterate(shard, worker -> worker < workers, worker -> worker + layout.shards())
                    .boxed()
                    .toList();
            shards[shard] = shards.length == 1 ? all : new Meeting(Group.of(layout, own), workers, crowded, naps);
        }
        barriers = new Barrier[workers];
        Arrays.setAll(barriers, worker -> new Barrier(all, shards[layout.shard(worker)], stamps, worker));
    }

    /** A worker's view. */
    Barrier barrier(int worker) {
        return barriers[worker];
    }

    /** As {@link Meeting#expect}. */
    void expect(int active) {
        each(shard -> shard.expect(active));
        stamps.expect(active);
    }

    /** As {@link Meeting#abort}. */
    void abort() {
        each(Meeting::abort);
        stamps.abort();
    }

    /** As {@link Meeting#reset}. */
    void reset() {
        each(Meeting::reset);
        stamps.reset();
    }

    private void each(Consumer<Meeting> action) {
        for (Meeting shard : shards) {
            action.accept(shard);
        }
    }
}
