package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.util.Optional;

/** Tells who signed in by an identity provider's token. */
public interface TokenAuthenticator {
    /** Whether a bearer text is to be taken for a token; never without an identity provider. */
    boolean reads(String bearer);

    /**
     * Who signed in; empty if the token is broken, expired, or of an unknown provider.
     *
     * @throws NoAccessException if the token is good and gives nothing here
     * @throws ApiException 503 if nobody can tell now
     */
    Optional<Caller> authenticate(String token);
}
