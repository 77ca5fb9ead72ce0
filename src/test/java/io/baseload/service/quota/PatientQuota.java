package io.baseload.service.quota;

import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.database.Pipeline;
import io.baseload.service.database.SqlStatement;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionOperations;

/** The quota of one process, asked again for what somebody else had locked; each time in a transaction of its own. */
final class PatientQuota {
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    private final Quota quota;
    private final Pipeline pipeline;
    private final TransactionOperations transactions;

    PatientQuota(TestPlatform platform) {
        this.quota = platform.get(Quota.class);
        this.pipeline = platform.get(Pipeline.class);
        this.transactions = platform.get(TransactionOperations.class);
    }

    List<QuotaDecision> reserve(List<Reservation> wishes) {
        Map<UUID, QuotaDecision> decisions = new HashMap<>();
        var left = wishes;
        while (!left.isEmpty()) {
            var asked = left;
            var some = written(writes -> quota.reserve(asked, writes));
            for (int i = 0; i < asked.size(); i++) {
                var id = asked.get(i).id();
                some.get(i).ifPresent(decision -> decisions.put(id, decision));
            }
            left = asked.stream()
                    .filter(wish -> !decisions.containsKey(wish.id()))
                    .toList();
            pauseIf(!left.isEmpty());
        }
        return wishes.stream().map(wish -> decisions.get(wish.id())).toList();
    }

    boolean extend(UUID reservation, long tokens) {
        while (true) {
            try {
                return Boolean.TRUE.equals(transactions.execute(status -> quota.extend(reservation, tokens)));
            } catch (DataAccessException e) {
                if (!DatabaseFailures.isUnavailable(e)) {
                    throw e;
                }
                pauseIf(true);
            }
        }
    }

    List<Settlement> settle(List<Settlement> ends) {
        var settlements = new ArrayList<Settlement>();
        var left = ends;
        while (!left.isEmpty()) {
            var asked = left;
            var settled = written(writes -> quota.settle(asked, writes));
            settlements.addAll(settled.settlements());
            left = asked.stream()
                    .filter(end -> settled.locked().contains(end.reservation()))
                    .toList();
            pauseIf(!left.isEmpty());
        }
        return settlements;
    }

    private <T> T written(Function<List<SqlStatement>, T> change) {
        return transactions.execute(status -> {
            var writes = new ArrayList<SqlStatement>();
            T result = change.apply(writes);
            pipeline.run(writes);
            return result;
        });
    }

    private static void pauseIf(boolean locked) {
        if (locked) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
