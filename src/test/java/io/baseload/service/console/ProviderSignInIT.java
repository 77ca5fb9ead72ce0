package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.DeniedAccess;
import io.baseload.testing.Browser;
import io.baseload.testing.IdentityProvider;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** Sign-in to the console on the pages of a real identity provider. The provider is on another host than the service, so that their cookies are apart. */
@ExtendWith(OutputCaptureExtension.class)
final class ProviderSignInIT {
    private static final String TENANT = "bank";
    private static final String START = "/console/sign-in/start/oidc";
    private static final String SIGN_IN = "/console/sign-in";
    private static final String CALLBACK = "/console/sign-in/callback/oidc";
    private static final String PENDING = "baseload-sign-in";
    private static final String NOT_HERE = "This sign-in did not begin in this browser";

    @TempDir
    static Path home;

    private static IdentityProvider provider;
    private static RunningService service;
    private static Rest rest;
    private static String url;

    @BeforeAll
    static void start() throws Exception {
        provider = IdentityProvider.start();
        List<String> properties = Stream.of(
                        provider.properties(),
                        provider.signIn(),
                        IdentityProvider.rule(0, "tellers", TENANT, "user"),
                        IdentityProvider.rule(1, "managers", TENANT, "tenant_admin"),
                        List.of(
                                "baseload.identity.issuers[1].issuer=http://localhost:1",
                                "baseload.identity.issuers[1].audiences=" + IdentityProvider.AUDIENCE,
                                "baseload.identity.issuers[1].rules[0].group=*",
                                "baseload.identity.issuers[1].rules[0].tenant=" + TENANT,
                                "baseload.identity.issuers[1].rules[0].roles=user",
                                "baseload.identity.issuers[1].sign-in.id=away",
                                "baseload.identity.issuers[1].sign-in.client-id=console"))
                .flatMap(List::stream)
                .toList();
        service = RunningService.at(home, properties.toArray(String[]::new));
        rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", TENANT));
        url = rest.url().replace("localhost", "127.0.0.1");
        provider.serve(url);
    }

    @AfterAll
    static void stop() {
        service.close();
        provider.close();
    }

    @Test
    void aPersonSignsInAndOut() throws Exception {
        provider.member("ann", "tellers", "managers");
        try (Browser browser = Browser.start()) {
            var looks = new Looks(browser);
            looks.at(url + SIGN_IN, "sign-in-provider");
            browser.view(Looks.WIDE, false);
            browser.press("Sign in with Example Staff");
            browser.await("Please sign in");
            assertThat(browser.url()).startsWith(provider.issuer());
            atTheProvider(browser, "ann");
            browser.await("ann@example.com");
            assertThat(browser.url()).isEqualTo(url + "/console");
            assertThat(browser.text()).contains(TENANT, "user", "tenant_admin", "Playground", "Tenants");
            assertThat(browser.all("nav a")).hasSize(4);
            looks.at(url + "/console", "console-person");
            browser.view(Looks.WIDE, false);
            browser.open(url + "/console/tenants/" + TENANT);
            browser.press("Create key");
            browser.await("Copy it now.");
            createsAKeyOfHerOwn(browser, looks);
            assertThat(browser.errors()).isEmpty();

            browser.one("header form button").click();
            Patience.await().until(() -> browser.url().equals(url + SIGN_IN));
            browser.open(url + "/console");
            assertThat(browser.url()).isEqualTo(url + SIGN_IN);
            browser.press("Sign in with Example Staff");
            browser.await("Please sign in"); // the session at the provider has ended too
        }
        assertThat(trail("admin.key.create")).anySatisfy(entry -> {
            assertThat(entry.at("/actor/key_prefix").asString()).startsWith("person_");
            assertThat(entry.at("/detail/person/subject").asString()).isEqualTo("ann");
        });
    }

    private static void createsAKeyOfHerOwn(Browser browser, Looks looks) throws Exception {
        browser.open(url + "/console/keys");
        browser.one("[name='roles'][value='tenant_admin']").click();
        browser.fill("#rate", "30");
        browser.press("Create key");
        browser.await("Copy it now.");
        Rest own = rest.as(browser.one("#secret").getText());
        assertThat(own.get("/admin/v1/me").get("roles").toString()).contains("user", "tenant_admin");
        browser.press("Back");
        browser.await("Last used");
        looks.here("console-keys");
        browser.view(Looks.WIDE, false);
        browser.press("Rotate");
        browser.await("Copy it now.");
        browser.press("Back");
        browser.await("rotated");
        browser.press("Revoke");
        browser.agree();
        browser.await("was revoked.");
    }

    @Test
    void aPersonWithoutRightsIsRefusedByName() throws Exception {
        provider.member("eve", "visitors");
        try (Browser browser = Browser.start()) {
            browser.open(url + SIGN_IN);
            browser.press("Sign in with Example Staff");
            browser.await("Please sign in");
            atTheProvider(browser, "eve");
            browser.await("You are signed in at the identity provider as eve, but have no role here.");
            new Looks(browser).here("sign-in-refused");
            browser.open(url + "/console");
            assertThat(browser.url()).isEqualTo(url + SIGN_IN);
        }
        try (var visit = new ConsoleSession(url)) {
            HttpResponse<String> refused = visit.get(callback(visit, "eve"));
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(visit.cookie("baseload-session")).isEmpty();
        }
        try (var visit = ConsoleSession.of(url, RunningService.KEY)) {
            assertThat(visit.get(callback(visit, "eve")).statusCode()).isEqualTo(403);
        }
        service.bean(DeniedAccess.class).write();
        assertThat(trail("access.forbidden")).anySatisfy(entry -> {
            assertThat(entry.at("/detail/person/subject").asString()).isEqualTo("eve");
            assertThat(entry.at("/detail/person/issuer").asString()).isEqualTo(provider.issuer());
            assertThat(entry.get("subject").asString()).isEqualTo("GET " + CALLBACK);
        });
        assertThat(trail("access.forbidden"))
                .filteredOn(entry -> entry.get("subject").asString().equals("GET " + CALLBACK))
                .as("people, and not the key of the session before")
                .allSatisfy(
                        entry -> assertThat(entry.at("/detail/person/subject").isString())
                                .isTrue());
    }

    @Test
    void aPersonWithoutRolesCanDoNothingAnyMore() throws Exception {
        Rest person = rest.as(provider.token("han", "managers"));
        Rest key = rest.as(person.post("/admin/v1/me/keys", Map.of("roles", List.of("tenant_admin")))
                .get("key")
                .asString());
        String keys = "/admin/v1/tenants/" + TENANT + "/keys";
        provider.member("han", "managers");
        try (var session = new ConsoleSession(url);
                var later = new ConsoleSession(url)) {
            session.get(callback(session, "han"));
            PageFiles.check(session, "/console/keys");
            assertThat(session.get("/console/tenants/" + TENANT).statusCode()).isEqualTo(200);
            assertThat(key.send("GET", keys, "").statusCode()).isEqualTo(200);
            provider.member("han");
            assertThat(later.get(callback(later, "han")).statusCode()).isEqualTo(403);
            assertThat(location(session.get("/console/tenants/" + TENANT)).getPath())
                    .isEqualTo(SIGN_IN);
            assertThat(key.send("GET", keys, "").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void onlyWhatTheProviderRejectsCountsAsAGuess() throws Exception {
        provider.member("ivy", "tellers");
        try (var visit = new ConsoleSession(url)) {
            for (int i = 0; i < 40; i++) {
                assertThat(visit.get(CALLBACK).statusCode()).isEqualTo(401);
                assertThat(visit.get(CALLBACK + "?code=x&state=x").statusCode()).isEqualTo(401);
                HttpResponse<String> denied = failed(visit, "access_denied");
                assertThat(denied.statusCode()).isEqualTo(401);
                assertThat(denied.body()).contains("The identity provider did not sign you in.");
            }
            String callback = callback(visit, "ivy");
            provider.serve(url, "another secret");
            try {
                HttpResponse<String> refused = visit.get(callback);
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(text(refused)).contains("The identity provider doesn't accept this service");
            } finally {
                provider.serve(url);
            }
            assertThat(visit.signIn("bl_wrong").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void theProvidersErrorsAreToldApartAndLoggedInOneLine(CapturedOutput log) throws Exception {
        String later = "The identity provider can't sign you in now.";
        String invalid = "The identity provider's answer is not valid here.";
        try (var visit = new ConsoleSession(url)) {
            for (String error : List.of("server_error", "temporarily_unavailable")) {
                HttpResponse<String> answer = failed(visit, error);
                assertThat(answer.statusCode()).as(error).isEqualTo(503);
                assertThat(text(answer)).contains(later);
            }
            for (String error : List.of("invalid_request", "unknown_provider", "authorization_request_not_found")) {
                HttpResponse<String> answer = failed(visit, error + "&error_description=no%0A2030%20forged");
                assertThat(answer.statusCode()).as(error).isEqualTo(401);
                assertThat(text(answer)).contains(invalid);
                assertThat(log.getOut()).contains("A sign-in is refused: " + error + " \"no\\u000a2030 forged\"");
            }
            assertThat(text(failed(visit, "evil%0A2030&error_description=" + "x".repeat(1000))))
                    .contains(invalid);
        }
        assertThat(log.getOut())
                .contains("refused: evil????? \"" + "x".repeat(200) + "\"")
                .doesNotContain("\n2030");
    }

    /** The provider sends the browser back with an error. */
    private static HttpResponse<String> failed(ConsoleSession visit, String error) throws Exception {
        String state =
                Objects.requireNonNull(parameters(location(visit.get(START))).get("state"));
        return visit.get(CALLBACK + "?state=" + URLEncoder.encode(state, StandardCharsets.UTF_8) + "&error=" + error);
    }

    @Test
    void theProviderIsAskedWithStateNonceAndPkce() throws Exception {
        try (var visit = new ConsoleSession(url)) {
            Map<String, String> asked = parameters(location(visit.get(START)));
            assertThat(asked)
                    .containsEntry("response_type", "code")
                    .containsEntry("code_challenge_method", "S256")
                    .containsEntry("redirect_uri", url + CALLBACK)
                    .containsKeys("state", "nonce", "code_challenge");
            assertThat(visit.cookie(PENDING)).isPresent();
            assertThat(visit.cookie("baseload-session")).isEmpty();
        }
    }

    @Test
    void aSignInThatBeganElsewhereIsRefused() throws Exception {
        provider.member("bob", "tellers");
        try (var visit = new ConsoleSession(url);
                var other = new ConsoleSession(url)) {
            String callback = callback(visit, "bob");
            assertRefused(other.get(callback), other, NOT_HERE);
            other.get(START);
            assertRefused(other.get(callback), other, NOT_HERE);
            assertThat(location(visit.get(callback))).hasToString(url + "/console");
            assertRefused(visit.get(callback), other, NOT_HERE); // once only
        }
        Map<Integer, String> parts = Map.of(
                1, NOT_HERE, // state
                2, "The identity provider's answer is not valid here.", // nonce
                3, "The identity provider's answer is not valid here."); // code verifier
        for (var part : parts.entrySet()) {
            try (var visit = new ConsoleSession(url)) {
                String callback = callback(visit, "bob");
                visit.changeCookie(PENDING, without(part.getKey()));
                assertRefused(visit.get(callback), visit, part.getValue());
            }
        }
        service.bean(DeniedAccess.class).write();
        assertThat(trail("access.sign_in_failed")).isNotEmpty();
    }

    /** The same cookie with other characters in one of its parts. */
    private static UnaryOperator<String> without(int part) {
        return cookie -> {
            String[] parts = cookie.split("\\.");
            parts[part] = new StringBuilder(parts[part]).reverse().toString();
            return String.join(".", parts);
        };
    }

    @Test
    void aSignInBeginsANewSessionAtTheFirstPage() throws Exception {
        provider.member("cem", "tellers");
        try (var visit = new ConsoleSession(url);
                var planted = new ConsoleSession(url)) {
            planted.signIn(RunningService.KEY);
            String before = planted.cookie("baseload-session").orElseThrow();
            visit.signIn(RunningService.KEY);
            visit.changeCookie("baseload-session", old -> before);
            String start =
                    START + "?continue=https://evil.example&redirect_uri=https://evil.example&action=//evil.example";
            URI asked = location(visit.get(start));
            assertThat(asked.toString()).startsWith(provider.issuer()).doesNotContain("evil");
            String callback = callback(visit, asked, "cem") + "&continue=https://evil.example";
            HttpResponse<String> back = visit.get(callback);
            assertThat(location(back)).isEqualTo(URI.create(url + "/console"));
            assertThat(visit.cookie("baseload-session")).isPresent().get().isNotEqualTo(before);
            assertThat(visit.get("/console").body()).contains("cem@example.com");
            assertThat(location(planted.get("/console")).getPath()).isEqualTo(SIGN_IN);
        }
        assertThat(trail("access.sign_in")).anySatisfy(entry -> {
            assertThat(entry.at("/detail/person/subject").asString()).isEqualTo("cem");
            assertThat(entry.at("/detail/request_id").asString()).startsWith("req_");
        });
    }

    @Test
    void aSignInLeadsToTheRequestedPageAndForgetsIt() throws Exception {
        provider.member("kim", "tellers");
        String requested = "/console/playground?kept=yes";
        try (var visit = new ConsoleSession(url)) {
            visit.get(requested);
            assertThat(location(visit.get(callback(visit, "kim")))).isEqualTo(URI.create(url + requested));
            assertThat(visit.cookie("baseload-page")).isEmpty();
        }
        try (var visit = new ConsoleSession(url)) {
            visit.get(requested);
            visit.changeCookie("baseload-page", page -> "%zz");
            assertThat(visit.cookie("baseload-page")).contains("%zz");
            assertThat(location(visit.get(callback(visit, "kim")))).isEqualTo(URI.create(url + "/console"));
            assertThat(visit.cookie("baseload-page")).isEmpty();
        }
    }

    @Test
    void rightsShrinkAndSessionsEndWithThePersons() throws Exception {
        provider.member("dan", "managers");
        String tenant = "/console/tenants/" + TENANT;
        try (var session = new ConsoleSession(url);
                var later = new ConsoleSession(url)) {
            session.get(callback(session, "dan"));
            assertThat(session.get(tenant).statusCode()).isEqualTo(200);
            provider.member("dan", "tellers");
            later.get(callback(later, "dan"));
            assertThat(later.get("/console/playground").statusCode()).isEqualTo(200);
            assertThat(location(session.get(tenant)).getPath()).isEqualTo(SIGN_IN);
            String id = rest.get("/admin/v1/tenants/" + TENANT + "/identities")
                    .get("data")
                    .valueStream()
                    .filter(person -> person.get("subject").asString().equals("dan"))
                    .map(person -> person.get("id").asString())
                    .findFirst()
                    .orElseThrow();
            rest.send("DELETE", "/admin/v1/tenants/" + TENANT + "/identities/" + id, "");
            assertThat(location(later.get("/console")).getPath()).isEqualTo(SIGN_IN);
        }
    }

    @Test
    void keysWorkWhileTheProviderIsUnreachable() throws Exception {
        provider.member("flo", "tellers");
        String away = "The identity provider can't be reached now. Try again later, or sign in with an API key.";
        try (var session = new ConsoleSession(url);
                var visit = new ConsoleSession(url)) {
            session.get(callback(session, "flo"));
            HttpResponse<String> lost = visit.get("/console/sign-in/start/away");
            assertThat(lost.statusCode()).isEqualTo(503);
            assertThat(text(lost)).contains(away);
            String callback = callback(visit, "flo");
            provider.setDown(true);
            try {
                HttpResponse<String> broken = visit.get(callback);
                assertThat(broken.statusCode()).isEqualTo(503);
                assertThat(text(broken)).contains(away);
                assertThat(session.get("/console").statusCode()).isEqualTo(200);
                assertThat(location(visit.signIn(RunningService.KEY)).getPath()).isEqualTo("/console");
            } finally {
                provider.setDown(false);
            }
        }
    }

    @Test
    void anIdTokenOfAnySizeCanSignOut() throws Exception {
        var tellers = new ArrayList<>(List.of("tellers"));
        provider.member("gil", tellers.toArray(String[]::new));
        assertThat(signOut("gil")).contains("client_id=baseload", "id_token_hint=eyJ", "post_logout_redirect_uri=");
        IntStream.range(0, 1000).mapToObj(number -> "group-" + number).forEach(tellers::add);
        provider.member("gil", tellers.toArray(String[]::new));
        assertThat(signOut("gil")).contains("client_id=baseload").doesNotContain("id_token_hint");
    }

    /** Where the browser goes after a session. */
    private static String signOut(String name) throws Exception {
        try (var session = new ConsoleSession(url)) {
            session.get(callback(session, name));
            return session.submit("/console", "/console/sign-out", Map.of())
                    .headers()
                    .firstValue("Refresh")
                    .orElseThrow();
        }
    }

    @Test
    void anUnknownProviderIsNotFound() throws Exception {
        try (var visit = new ConsoleSession(url)) {
            HttpResponse<String> unknown = visit.get("/console/sign-in/start/nobody");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("There is no such identity provider.");
        }
    }

    private static void atTheProvider(Browser browser, String name) {
        browser.fill("#username", name);
        browser.fill("#password", IdentityProvider.PASSWORD);
        browser.one("button").click();
    }

    /** Signs somebody in at the provider: the address to which it sends the browser back. */
    private static String callback(ConsoleSession visit, String name) throws Exception {
        return callback(visit, location(visit.get(START)), name);
    }

    private static String callback(ConsoleSession visit, URI asked, String name) throws Exception {
        String page = location(visit.get(asked.toString())).toString();
        var fields = Map.of("username", name, "password", IdentityProvider.PASSWORD);
        URI further = location(visit.submit(page, page, fields));
        URI callback = location(visit.get(further.toString()));
        assertThat(callback.toString()).startsWith(url + CALLBACK + "?code=");
        return callback.toString();
    }

    private static URI location(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Location")
                .map(answer.uri()::resolve)
                .orElseThrow(() -> new AssertionError(answer.statusCode() + " without a location: " + answer.body()));
    }

    private static Map<String, String> parameters(URI address) {
        return UriComponentsBuilder.fromUri(address).build().getQueryParams().toSingleValueMap().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, it -> URI.create("?" + it.getValue()).getQuery()));
    }

    private static void assertRefused(HttpResponse<String> answer, ConsoleSession visit, String words)
            throws Exception {
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(401);
        assertThat(text(answer)).contains(words);
        assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("baseload-session"));
        assertThat(location(visit.get("/console")).getPath()).isEqualTo(SIGN_IN);
    }

    private static String text(HttpResponse<String> page) {
        return page.body().replace("&#39;", "'");
    }

    private static List<JsonNode> trail(String kind) throws Exception {
        var entries = new ArrayList<JsonNode>();
        rest.get("/admin/v1/audit?limit=1000&kind=" + kind).get("data").forEach(entries::add);
        return entries;
    }
}
