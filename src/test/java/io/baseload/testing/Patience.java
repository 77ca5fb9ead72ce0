package io.baseload.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long tests wait for what must come: so long that no crowded machine is too slow, since only a failing test ever waits that long. */
public final class Patience {
    public static final Duration LIMIT = Duration.ofMinutes(5);

    private Patience() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT);
    }
}
