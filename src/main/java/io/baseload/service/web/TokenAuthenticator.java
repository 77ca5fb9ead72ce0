package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.util.Optional;

/** Identifies people by an identity provider's token. */
public interface TokenAuthenticator {
    /** Whether a bearer text should be treated as a token; never without an identity provider. */
    boolean reads(String bearer);

    /**
     * The person who signed in; empty if the token is broken, expired, or from an unknown provider.
     *
     * @throws NoAccessException if the token is valid but grants nothing here
     * @throws ApiException 503 if this can't be determined now
     */
    Optional<Caller> authenticate(String token);
}
