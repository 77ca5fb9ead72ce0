package io.baseload.service.contents;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A selection of a tenant's contents; empty criteria are ignored.
 *
 * @param user a request's {@code user} or {@code safety_identifier}
 * @param from earliest time of storage
 * @param to end of the times, exclusive
 */
public record ContentSelection(
        Optional<String> requestId, Optional<String> user, Optional<Instant> from, Optional<Instant> to) {
    public static final ContentSelection ALL =
            new ContentSelection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** For the trail. */
    public Map<String, Object> described() {
        var detail = new TreeMap<String, Object>();
        requestId.ifPresent(id -> detail.put("of_request", id));
        user.ifPresent(name -> detail.put("of_user", name));
        from.ifPresent(time -> detail.put("from", time.toString()));
        to.ifPresent(time -> detail.put("to", time.toString()));
        return detail;
    }
}
