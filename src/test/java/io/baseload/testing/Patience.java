package io.baseload.testing;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long tests wait for an expected event: long enough for any crowded machine, because only a failing test waits that long. */
public final class Patience {
    public static final Duration LIMIT = Duration.ofMinutes(5);

    /** Settings by which the service waits that long, too, where its own limits are short: for tests that are not about the absence of what it waits for. */
    public static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("spring.datasource.hikari.connection-timeout", Long.toString(LIMIT.toMillis())),
            Map.entry(
                    "spring.datasource.hikari.connection-init-sql",
                    "SET lock_timeout = '5min'; SET plan_cache_mode = force_generic_plan"),
            Map.entry(
                    "spring.datasource.hikari.data-source-properties.connectTimeout", Long.toString(LIMIT.toSeconds())),
            Map.entry(
                    "spring.datasource.hikari.data-source-properties.socketTimeout", Long.toString(LIMIT.toSeconds())),
            Map.entry("spring.lifecycle.timeout-per-shutdown-phase", LIMIT.toString()),
            Map.entry("baseload.quota.reserve-wait", LIMIT.toString()),
            Map.entry("baseload.quota.settle-wait", LIMIT.toString()),
            Map.entry("baseload.backends.connect-timeout", LIMIT.toString()),
            Map.entry("baseload.backends.probe-timeout", LIMIT.toString()),
            Map.entry("baseload.audit.call-timeout", LIMIT.toString()),
            Map.entry("baseload.guardrails.connect-timeout", LIMIT.toString()),
            Map.entry("baseload.identity.timeout", LIMIT.toString()));

    private Patience() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT);
    }

    /** @throws AssertionError if the latch isn't open in time */
    public static void await(CountDownLatch latch) {
        try {
            if (!latch.await(LIMIT.toMinutes(), TimeUnit.MINUTES)) {
                throw new AssertionError("not within " + LIMIT);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The settings as arguments of a program. */
    public static List<String> arguments() {
        return SETTINGS.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toList();
    }

    /** Waits while the day is about to end by UTC: for tests that expect two acts of theirs to fall into one day, or month. */
    public static void awaitADayThatLasts() {
        await().until(() -> LocalTime.now(ZoneOffset.UTC).isBefore(LocalTime.of(23, 58)));
    }
}
