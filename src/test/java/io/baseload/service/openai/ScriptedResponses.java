package io.baseload.service.openai;

import io.baseload.service.audit.Actor;
import io.baseload.service.contents.ResponseStore;
import io.baseload.service.contents.StoredResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/** Responses in memory. */
final class ScriptedResponses implements ResponseStore {
    private final Map<String, StoredResponse> responses = new ConcurrentHashMap<>();

    /** Before the room of the tenant {@code other} is known. */
    final Gate room = new Gate();

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Room room(String tenant) {
        if (tenant.equals("other")) {
            room.pass();
        }
        return new Room(1, Instant.EPOCH);
    }

    @Override
    public boolean store(Actor actor, StoredResponse response) {
        responses.put(response.id(), response);
        return true;
    }

    private Optional<StoredResponse> of(String tenant, String id) {
        return Optional.ofNullable(responses.get(id))
                .filter(response -> response.tenant().equals(tenant));
    }

    @Override
    public Optional<byte[]> find(String tenant, String id) {
        return of(tenant, id).map(StoredResponse::text);
    }

    @Override
    public Optional<List<byte[]>> conversation(String tenant, String id, LongConsumer admission) {
        var texts = new ArrayList<byte[]>();
        for (var next = Optional.of(id); next.isPresent(); ) {
            var response = of(tenant, next.get());
            if (response.isEmpty()) {
                return Optional.empty();
            }
            texts.addFirst(response.get().text());
            next = response.get().previous();
        }
        admission.accept(texts.stream().mapToLong(text -> text.length).sum());
        return Optional.of(texts);
    }

    @Override
    public boolean delete(Actor actor, String tenant, String id) {
        return of(tenant, id).isPresent() && responses.remove(id) != null;
    }
}
