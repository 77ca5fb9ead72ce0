package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.util.Optional;
import java.util.function.Supplier;

/** Identifies people by an identity provider's token. */
public interface TokenAuthenticator {
    /** Whether a bearer text should be treated as a token; never without an identity provider. */
    boolean reads(String bearer);

    /**
     * Verifies a token, without the database; its provider may have to be asked for its keys.
     *
     * @return looks up the person who signed in, in the database; empty if the token is broken, expired, or from an unknown provider. Throws {@link NoAccessException} if the
     *     token is valid but grants nothing here
     * @throws ApiException 503 if the token can't be verified now
     */
    Supplier<Optional<Caller>> verify(String token);
}
