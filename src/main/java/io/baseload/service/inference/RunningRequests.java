package io.baseload.service.inference;

import io.baseload.service.contents.SealedContent;
import io.baseload.service.database.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The requests running in this process, including those that wait for the engine. Reports to the ledger now and then how many tokens each has, and the kept answers so far. */
final class RunningRequests {
    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private final ReservationLedger ledger;
    private final Map<UUID, Running> running = new ConcurrentHashMap<>();

    private record Running(TokenLease lease, Optional<KeptContents> kept) {}

    RunningRequests(ReservationLedger ledger, Duration leaseTime) {
        this.ledger = ledger;
        long pause = Math.min(leaseTime.toMillis() / 4, MAX_PAUSE.toMillis());
        Runnable telling =
                () -> Schedule.attempt("The token counts of running answers can't be reported now", this::tell);
        var unused = ledger.clock().scheduleWithFixedDelay(telling, pause, pause, TimeUnit.MILLISECONDS);
    }

    void add(UUID reservation, TokenLease lease, Optional<KeptContents> kept) {
        running.put(reservation, new Running(lease, kept));
    }

    void remove(UUID reservation) {
        running.remove(reservation);
    }

    private void tell() {
        var tokens = new HashMap<UUID, Long>();
        var answers = new ArrayList<SealedContent>();
        running.forEach((reservation, request) -> {
            tokens.put(reservation, request.lease().completionTokens());
            request.kept().map(KeptContents::answers).ifPresent(answers::add);
        });
        if (!tokens.isEmpty()) {
            ledger.transactions().progress(tokens, answers);
        }
    }
}
