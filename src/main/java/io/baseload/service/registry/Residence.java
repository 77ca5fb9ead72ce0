package io.baseload.service.registry;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Where this process differs from the state wanted by the database: models that a request loaded here although nobody wants them permanently, and wanted models that stay on disk
 * here until somebody uses them. Other processes differ in their own ways.
 */
@Component
public final class Residence {
    private final Policy policy;
    private final Set<String> guests = ConcurrentHashMap.newKeySet();
    private final Set<String> resting = ConcurrentHashMap.newKeySet();

    /**
     * When models are loaded and unloaded automatically.
     *
     * @param loadWait how long a request waits for a model that is not in memory, which it has loaded; zero = it is refused at once, and only operators load and unload models
     * @param idleTime after how long without a request a model is unloaded; zero = never
     * @param maxWaiting requests of one tenant that may wait for models
     */
    public record Policy(Duration loadWait, Duration idleTime, int maxWaiting) {
        public Policy {
            if (!idleTime.isZero() && loadWait.isZero()) {
                throw new IllegalArgumentException(
                        "baseload.model.idle-time requires baseload.model.load-wait: otherwise nothing would reload an"
                                + " idle model");
            }
        }

        public boolean onDemand() {
            return !loadWait.isZero();
        }
    }

    Residence(Policy policy) {
        this.policy = policy;
    }

    public Policy policy() {
        return policy;
    }

    /** A request loads it; it stays without being wanted. */
    void invite(String id) {
        guests.add(id);
    }

    public boolean isGuest(String id) {
        return guests.contains(id);
    }

    /** It is unloaded, or not loaded, until somebody requests it. */
    public void rest(String id) {
        guests.remove(id);
        resting.add(id);
    }

    public boolean isResting(String id) {
        return resting.contains(id);
    }

    /** It is in memory now. */
    void wake(String id) {
        resting.remove(id);
    }

    /** An operator decided on it: from now on the database's state applies. */
    void forget(String id) {
        guests.remove(id);
        resting.remove(id);
    }
}
