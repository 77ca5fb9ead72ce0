package io.baseload.service.contents;

import io.baseload.service.audit.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Stored responses of each tenant, with a limited lifetime. A tenant never sees another tenant's. */
public interface ResponseStore {
    /** Whether anything can be stored. */
    boolean isOpen();

    /** How much a tenant may still store. */
    Room room(String tenant);

    /** @param at now, by the clock of the database */
    record Room(long bytes, Instant at) {}

    /**
     * Stores a response, and extends the lifetime of those that it continues to match. Doesn't store it if the contents of its request
     * were erased since it began, or one that it continues was.
     *
     * @return whether it is stored
     * @throws io.baseload.service.encryption.SealException if this process can't encrypt it
     */
    boolean store(Actor actor, StoredResponse response);

    /** @throws io.baseload.service.encryption.SealException if this process can't decrypt it */
    Optional<byte[]> find(String tenant, String id);

    /**
     * A response and all that it continues, the first one first; empty if any of them is gone.
     *
     * @param admission receives their size in bytes before they are read, and may throw
     * @throws io.baseload.service.encryption.SealException if this process can't decrypt them
     */
    Optional<List<byte[]>> conversation(String tenant, String id, LongConsumer admission);

    /** Whether it existed. */
    boolean delete(Actor actor, String tenant, String id);
}
