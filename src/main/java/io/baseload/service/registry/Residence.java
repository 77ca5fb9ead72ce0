package io.baseload.service.registry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Where this process departs from what the database wants: models that a request brought into memory here although nobody wants them for good, and models that are wanted but rest on disk here until
 * somebody asks. Other processes depart in their own way.
 */
@Component
final class Residence {
    private final ResidencePolicy policy;
    private final Set<String> guests = ConcurrentHashMap.newKeySet();
    private final Set<String> resting = ConcurrentHashMap.newKeySet();

    Residence(ResidencePolicy policy) {
        this.policy = policy;
    }

    ResidencePolicy policy() {
        return policy;
    }

    /** A request has it loaded; it stays without being wanted. */
    void invite(String id) {
        guests.add(id);
    }

    boolean isGuest(String id) {
        return guests.contains(id);
    }

    /** It leaves memory, or does not come into it, until somebody asks for it. */
    void rest(String id) {
        guests.remove(id);
        resting.add(id);
    }

    boolean isResting(String id) {
        return resting.contains(id);
    }

    /** It is in memory now. */
    void wake(String id) {
        resting.remove(id);
    }

    /** An operator decided on it: from here on it is as the database says. */
    void forget(String id) {
        guests.remove(id);
        resting.remove(id);
    }
}
