package io.baseload.service.contents;

import io.baseload.service.audit.Actor;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Responses of each tenant, for a while. Another tenant's are not there, whatever is asked. */
public interface ResponseStore {
    /** Whether anything can be stored. */
    boolean isOpen();

    /** How many bytes a tenant may still store. */
    long room(String tenant);

    /**
     * Stores a response, and keeps those that it continues as long as it. Not if one that it continues has been erased meanwhile.
     *
     * @return whether it is stored
     * @throws io.baseload.service.encryption.SealException if this process can't seal it
     */
    boolean store(Actor actor, StoredResponse response);

    /** @throws io.baseload.service.encryption.SealException if this process can't open it */
    Optional<byte[]> find(String tenant, String id);

    /**
     * A response and all that it continues, the first one first; empty if any of them is not there any more.
     *
     * @param admission hears how many bytes they are before they are read, and may throw
     * @throws io.baseload.service.encryption.SealException if this process can't open them
     */
    Optional<List<byte[]>> conversation(String tenant, String id, LongConsumer admission);

    /** Whether it was there. */
    boolean delete(Actor actor, String tenant, String id);
}
