package io.baseload.service.console;

import io.baseload.service.identity.ProviderSignIn;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.KeyAuthentication;
import jakarta.servlet.DispatcherType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Access to the console: for people who have signed in, and to the pages that their key or their roles allow. A session is valid for the console only; the API accepts no cookies. Every change
 * needs a CSRF token, including the sign-in. Only the console's own files may run or be shown in a page.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleSecurity implements WebMvcConfigurer {
    static final String SIGN_IN = "/console/sign-in";
    static final String PROBLEM = "/console/problem";
    private static final String ASSETS = "/console/assets/**";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action"
                    + " 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    @Order(0)
    SecurityFilterChain pages(
            HttpSecurity http,
            CallerAdmission admission,
            ProviderSignIn people,
            Sessions sessions,
            AuthenticationEntryPoint api) {
        var refusals = new ConsoleRefusals(api);
        if (!people.choices().isEmpty()) {
            var returns = new ProviderReturns(admission, people, sessions);
            http.addFilterAfter(returns, CsrfFilter.class)
                    .oauth2Login(login -> people.configure(login.loginPage(SIGN_IN), returns, returns));
        }
        return http.securityMatcher(ConsoleRefusals::concernsPages)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(
                        context -> context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
                .csrf(csrf -> csrf.csrfTokenRepository(tokens()))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(POLICY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)))
                .exceptionHandling(e -> e.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .addFilterBefore(new SessionCredentials(admission, people), CsrfFilter.class)
                .authorizeHttpRequests(rules -> rules.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(SIGN_IN)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, ASSETS)
                        .permitAll()
                        .anyRequest()
                        .access((authentication, context) ->
                                new AuthorizationDecision(authentication.get() instanceof KeyAuthentication key
                                        && ConsolePage.at(context.getRequest().getRequestURI())
                                                .isFor(key.getPrincipal()))))
                .build();
    }

    /** Not in the session, so that looking at the sign-in page starts none. */
    private static CookieCsrfTokenRepository tokens() {
        var tokens = new CookieCsrfTokenRepository();
        tokens.setCookieName("baseload-form");
        tokens.setCookiePath("/console");
        tokens.setCookieCustomizer(cookie -> cookie.httpOnly(true).sameSite("Strict"));
        return tokens;
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler(ASSETS)
                .addResourceLocations(
                        "classpath:/io/baseload/service/console/assets/", "classpath:/META-INF/resources/webjars/")
                .setCacheControl(CacheControl.noCache())
                .resourceChain(true);
    }
}
