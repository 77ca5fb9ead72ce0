package io.baseload.service.inference;

import io.baseload.service.contents.SealedContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests running in this process, including those that wait for the engine. Reports to the ledger now and then how many tokens each has, and the kept answers so far. */
final class RunningRequests {
    private static final Logger log = LoggerFactory.getLogger(RunningRequests.class);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private final ReservationLedger ledger;
    private final Map<UUID, Running> running = new ConcurrentHashMap<>();

    private record Running(TokenLease lease, Optional<KeptContents> kept) {}

    RunningRequests(ReservationLedger ledger, Duration leaseTime) {
        this.ledger = ledger;
        long pause = Math.min(leaseTime.toMillis() / 4, MAX_PAUSE.toMillis());
        var unused = ledger.clock().scheduleWithFixedDelay(this::tell, pause, pause, TimeUnit.MILLISECONDS);
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
        try {
            running.forEach((reservation, request) -> {
                tokens.put(reservation, request.lease().completionTokens());
                request.kept().map(KeptContents::answers).ifPresent(answers::add);
            });
            if (!tokens.isEmpty()) {
                ledger.transactions().progress(tokens, answers);
            }
        } catch (RuntimeException e) {
            log.warn("The token counts of running answers can't be reported now: {}", e.toString());
        }
    }
}
