package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A request with a valid key or token. Its principal is the {@link Caller}; the key or token itself is not kept. */
public final class KeyAuthentication extends AbstractAuthenticationToken {
    private final transient Caller caller;

    public KeyAuthentication(Caller caller) {
        super(authorities(caller));
        this.caller = caller;
        setAuthenticated(true);
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public @Nullable Object getCredentials() {
        return null;
    }

    private static List<GrantedAuthority> authorities(Caller caller) {
        return caller.roles().stream()
                .map(Role::name)
                .<GrantedAuthority>map(SimpleGrantedAuthority::new)
                .toList();
    }
}
