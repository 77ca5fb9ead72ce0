package io.baseload.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.baseload.tools.Rest;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.filter.OncePerRequestFilter;

/** A real identity provider, Spring Authorization Server, on a port of its own: people sign in with their name, and tests choose the claims of its tokens. */
public final class IdentityProvider implements AutoCloseable {
    /** For whom its tokens are, unless a test says otherwise. */
    public static final String AUDIENCE = "baseload";

    /** Of everybody on its sign-in page, and of its clients. */
    public static final String PASSWORD = "secret";

    private final ConfigurableApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();

    private IdentityProvider(ConfigurableApplicationContext context) {
        this.context = context;
    }

    public static IdentityProvider start() {
        return new IdentityProvider(new SpringApplicationBuilder(Server.class)
                .run("--server.port=0", "--spring.main.banner-mode=off", "--logging.level.root=warn"));
    }

    public String issuer() {
        return "http://localhost:"
                + ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    /** The settings of a service that trusts it, without the rules. */
    public List<String> properties() {
        return List.of(
                "baseload.identity.issuers[0].issuer=" + issuer(),
                "baseload.identity.issuers[0].audiences=" + AUDIENCE);
    }

    /** A rule, the one with that number. */
    public static List<String> rule(int number, String group, String tenant, String roles) {
        String rule = "baseload.identity.issuers[0].rules[" + number + "].";
        return List.of(rule + "group=" + group, rule + "tenant=" + tenant, rule + "roles=" + roles);
    }

    /** What configures a service to send people to its sign-in page. */
    public List<String> signIn() {
        return List.of(
                "baseload.identity.issuers[0].sign-in.client-id=" + AUDIENCE,
                "baseload.identity.issuers[0].sign-in.client-secret=" + PASSWORD,
                "baseload.identity.issuers[0].sign-in.name=Example Staff");
    }

    /** From now on it sends people back to the console at that address. */
    public void serve(String console) {
        serve(console, PASSWORD);
    }

    /** The same, and only whoever knows another secret can be its client. */
    public void serve(String console, String secret) {
        clients()
                .save(RegisteredClient.withId("console")
                        .clientId(AUDIENCE)
                        .clientSecret("{noop}" + secret)
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                        .redirectUri(console + "/console/sign-in/callback/oidc")
                        .postLogoutRedirectUri(console + "/console/sign-in")
                        .scope("openid")
                        .scope("profile")
                        .build());
    }

    /** Who signs in by that name is a member of these groups. */
    public void member(String name, String... groups) {
        people().claims.put(name, Map.of("groups", List.of(groups), "preferred_username", name + "@example.com"));
    }

    /** Signs somebody in, who is a member of groups. */
    public String token(String subject, String... groups) throws IOException, InterruptedException {
        return token(subject, Map.of("groups", List.of(groups)));
    }

    /** Signs somebody in, with a token that has these claims beside or instead of its own. */
    public String token(String subject, Map<String, Object> claims) throws IOException, InterruptedException {
        var all = new HashMap<String, Object>(Map.of("aud", List.of(AUDIENCE)));
        all.putAll(claims);
        people().claims.put(subject, all);
        clients()
                .save(RegisteredClient.withId(subject)
                        .clientId(subject)
                        .clientSecret("{noop}" + PASSWORD)
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                        .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                        .tokenSettings(TokenSettings.builder()
                                .accessTokenTimeToLive(Duration.ofHours(5))
                                .build())
                        .build());
        String credentials =
                Base64.getEncoder().encodeToString((subject + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        var answer = client.send(
                HttpRequest.newBuilder(URI.create(issuer() + "/oauth2/token"))
                        .header("Authorization", "Basic " + credentials)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("grant_type=client_credentials"))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return Rest.json(answer).get("access_token").asString();
    }

    /** From now on another key signs, and the one before is no more among those that are published. */
    public void rotate() {
        people().key = Keys.next();
    }

    /** Whether all it answers is 503. */
    public void setDown(boolean down) {
        people().down = down;
    }

    /** How often its keys were asked for. */
    public int keysAsked() {
        return people().keysAsked.get();
    }

    private People people() {
        return context.getBean(People.class);
    }

    private InMemoryRegisteredClientRepository clients() {
        return context.getBean(InMemoryRegisteredClientRepository.class);
    }

    @Override
    public void close() {
        context.close();
        client.close();
    }

    private static final class Keys {
        static RSAKey next() {
            try {
                return new RSAKeyGenerator(2048)
                        .keyID(UUID.randomUUID().toString())
                        .generate();
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static final class People {
        private final Map<String, Map<String, Object>> claims = new ConcurrentHashMap<>();
        private final AtomicInteger keysAsked = new AtomicInteger();
        private volatile RSAKey key = Keys.next();
        private volatile boolean down;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class
    })
    static class Server {
        @Bean
        People people() {
            return new People();
        }

        @Bean
        SecurityFilterChain endpoints(HttpSecurity http) {
            return http.with(
                            new OAuth2AuthorizationServerConfigurer(), server -> server.oidc(Customizer.withDefaults()))
                    .authorizeHttpRequests(rules -> rules.anyRequest().authenticated())
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService everybody() {
            return name -> User.withUsername(name).password("{noop}" + PASSWORD).build();
        }

        @Bean
        InMemoryRegisteredClientRepository clients() {
            return new InMemoryRegisteredClientRepository(RegisteredClient.withId("nobody")
                    .clientId("nobody")
                    .clientSecret("{noop}" + UUID.randomUUID())
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                    .build());
        }

        @Bean
        AuthorizationServerSettings settings() {
            return AuthorizationServerSettings.builder().build();
        }

        @Bean
        JWKSource<SecurityContext> keys(People people) {
            return (selector, context) -> selector.select(new JWKSet(people.key));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
        }

        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> claims(People people) {
            return context -> context.getClaims()
                    .claims(claims -> claims.putAll(
                            people.claims.getOrDefault(context.getPrincipal().getName(), Map.of())));
        }

        @Bean
        @Order(Integer.MIN_VALUE)
        OncePerRequestFilter outages(People people) {
            return new OncePerRequestFilter() {
                @Override
                protected void doFilterInternal(
                        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                        throws ServletException, IOException {
                    if (request.getRequestURI().endsWith("/jwks")) {
                        people.keysAsked.incrementAndGet();
                    }
                    if (people.down) {
                        response.setStatus(503);
                    } else {
                        chain.doFilter(request, response);
                    }
                }
            };
        }
    }
}
