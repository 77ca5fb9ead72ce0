package io.baseload.service.identity;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.baseload.service.outbound.BoundedHttp;
import java.net.URI;
import java.text.ParseException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches the signing keys of a provider. */
final class ProviderKeys implements JWKSetSource<SecurityContext> {
    private static final Logger log = LoggerFactory.getLogger(ProviderKeys.class);

    private final URI issuer;
    private final Supplier<URI> location;
    private final BoundedHttp http;

    /** @param location the address of the keys; read each time */
    ProviderKeys(URI issuer, Supplier<URI> location, BoundedHttp http) {
        this.issuer = issuer;
        this.location = location;
        this.http = http;
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
            throws KeySourceException {
        try {
            var keys = JWKSet.parse(ProviderConfiguration.get(location.get(), http));
            log.debug("{} signs with {} keys", issuer, keys.size());
            return keys;
        } catch (RuntimeException | ParseException e) {
            log.warn("The keys of {} can't be fetched: {}", issuer, e.toString());
            throw new JWKSetRetrievalException("no keys of " + issuer, e);
        }
    }

    @Override
    public void close() {
        // The client has no connection of its own to close.
    }
}
