package io.baseload.service.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Makes the pool discard connections to a server that no longer accepts writes. After a failover the pool would otherwise keep its connections to the old
 * primary: they are alive, and refuse every write. Named in {@code application.yml}; made by the pool.
 */
public final class SpoiltConnections implements SQLExceptionOverride {
    @java.lang.Override // the interface has an Override of its own
    public Override adjudicate(SQLException failure) {
        return DatabaseFailures.spoilsConnection(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
