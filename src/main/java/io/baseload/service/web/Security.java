package io.baseload.service.web;

import io.baseload.service.audit.Witness;
import io.baseload.service.tenant.KeyProperties;
import jakarta.servlet.DispatcherType;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** Decides which key may call which route. Without a key only the two probes answer; the development profile adds the API page. */
@Configuration(proxyBeanMethods = false)
class Security {
    static final String DEVELOPMENT = "development";
    static final String[] OPEN = {"/actuator/health/liveness", "/actuator/health/readiness"};

    /** Open if this service cosigns checkpoints of others: the signature identifies the sender. */
    private static final String WITNESS = "/witness/add-checkpoint";

    private static final String[] API_PAGE = {"/docs", "/swagger-ui/**", "/v3/api-docs/**", "/v3/api-docs.yaml"};

    @Bean
    SecurityFilterChain routes(
            HttpSecurity http,
            CallerAdmission admission,
            KeyProperties properties,
            ErrorResponses errors,
            RateLimitHeaders rateLimits,
            Environment environment,
            ObjectProvider<Witness> witness) {
        var credentials = new BearerCredentials(admission, properties);
        boolean witnesses = witness.stream().anyMatch(it -> it.key().isPresent());
        boolean development = environment.acceptsProfiles(Profiles.of(DEVELOPMENT));
        return http.csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(e -> e.authenticationEntryPoint(errors).accessDeniedHandler(errors))
                .headers(headers -> headers.addHeaderWriter(rateLimits))
                .addFilterBefore(credentials, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(rules -> allow(rules, development, witnesses))
                .build();
    }

    /** No timings or spans for each filter. */
    @Bean
    SecurityObservationSettings noObservations() {
        return SecurityObservationSettings.noObservations();
    }

    /** No users and no passwords, not even generated ones: there are only keys and tokens. */
    @Bean
    AuthenticationManager noPasswords() {
        return authentication -> {
            throw new ProviderNotFoundException("only API keys and tokens are accepted");
        };
    }

    /** SDKs send the {@code /} of a model's id as {@code %2F}; routes are matched before it is decoded. */
    @Bean
    HttpFirewall firewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowUrlEncodedSlash(true);
        return firewall;
    }

    private static void allow(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry rules,
            boolean development,
            boolean witnesses) {
        rules.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR).permitAll();
        rules.requestMatchers(HttpMethod.GET, OPEN).permitAll();
        rules.requestMatchers(HttpMethod.HEAD, OPEN).permitAll();
        if (development) {
            rules.requestMatchers(HttpMethod.GET, API_PAGE).permitAll();
        }
        if (witnesses) {
            rules.requestMatchers(HttpMethod.POST, WITNESS).permitAll();
        }
        for (RouteAccess.Rule rule : RouteAccess.RULES) {
            AuthorizationManager<RequestAuthorizationContext> access = (authentication, context) ->
                    new AuthorizationDecision(authentication.get() instanceof KeyAuthentication key
                            && rule.allows(
                                    key.getPrincipal(), context.getVariables().get(RouteAccess.TENANT)));
            if (rule.method().equals("*")) {
                rules.requestMatchers(rule.pattern()).access(access);
                continue;
            }
            rules.requestMatchers(HttpMethod.valueOf(rule.method()), rule.pattern())
                    .access(access);
            if (rule.method().equals("GET")) { // whose controllers also answer HEAD
                rules.requestMatchers(HttpMethod.HEAD, rule.pattern()).access(access);
            }
        }
        rules.anyRequest().authenticated();
    }
}
