package io.baseload.service.registry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Where this process differs from the state wanted by the database: models that a request loaded here although nobody wants them permanently, and wanted models that stay on disk
 * here until somebody uses them. Other processes differ in their own ways.
 */
@Component
public final class Residence {
    private final ResidencePolicy policy;
    private final Set<String> guests = ConcurrentHashMap.newKeySet();
    private final Set<String> resting = ConcurrentHashMap.newKeySet();

    Residence(ResidencePolicy policy) {
        this.policy = policy;
    }

    public ResidencePolicy policy() {
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
