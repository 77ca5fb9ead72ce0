package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.DeniedAccess;
import io.baseload.service.web.Routes;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.DispatcherServlet;

/** Access to the pages, and their protection against misuse. */
@ExtendWith(WholeService.class)
class ConsoleAccessIT {
    private static final String SIGN_IN = "/console/sign-in";
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    @Test
    void everyRouteDemandsASessionAndWhatChangesSomethingATokenToo(RunningService service) throws Exception {
        String url = service.rest().url();
        var seen = new ArrayList<String>();
        try (var stranger = new ConsoleSession(url);
                var operator = ConsoleSession.of(url, RunningService.KEY)) {
            for (var route : routes(service).entrySet()) {
                for (String method : route.getValue()) {
                    String path = route.getKey().replaceAll("\\{[^}]*}", "a").replace("**", "a");
                    if (path.equals(SIGN_IN)) {
                        continue;
                    }
                    var answer = stranger.send(method, path, "application/x-www-form-urlencoded", "");
                    assertThat(location(answer)).as(method + " " + path).isEqualTo(SIGN_IN);
                    if (!SAFE.contains(method)) {
                        var forged = operator.send(method, path, "application/x-www-form-urlencoded", "a=b");
                        assertThat(forged.statusCode()).as(method + " " + path).isEqualTo(403);
                        assertThat(forged.body()).contains("This form is out of date");
                    }
                    seen.add(method + " " + path);
                }
            }
            var forged = stranger.send("POST", SIGN_IN, "application/x-www-form-urlencoded", "key=a");
            assertThat(forged.statusCode()).isEqualTo(403);
        }
        assertThat(seen).contains("POST /console/models/swap", "POST /console/sign-out", "GET /console/engine/live");
    }

    private static Map<String, Set<String>> routes(RunningService service) {
        var all = Routes.of(
                Objects.requireNonNull(service.bean(DispatcherServlet.class).getWebApplicationContext()));
        var ours = new TreeMap<>(all.methods());
        ours.keySet().removeIf(path -> !path.startsWith("/console") || path.startsWith("/console/assets"));
        return ours;
    }

    private static String location(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Location")
                .map(text -> URI.create(text).getPath())
                .orElse(answer.statusCode() + " without a location");
    }

    @Test
    void aBrowserLandsOnTheSignInAndAProgramIsAnsweredAsEver(RunningService service) throws Exception {
        String url = service.rest().url();
        try (var browser = new ConsoleSession(url);
                var program = HttpClient.newHttpClient()) {
            assertThat(location(browser.get("/"))).isEqualTo("/console");
            assertThat(location(browser.get("/console"))).isEqualTo(SIGN_IN);
            for (String path : List.of("/", "/console", "/console/models")) {
                var answer = program.send(
                        HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(401);
                assertThat(answer.body()).contains("No API key.");
            }
        }
    }

    @Test
    void withoutAProviderNoneIsOffered(RunningService service) throws Exception {
        try (var browser = new ConsoleSession(service.rest().url())) {
            assertThat(browser.get(SIGN_IN).body()).contains("API key").doesNotContain("Sign in with");
            for (String way : List.of("start", "callback")) {
                assertThat(location(browser.get(SIGN_IN + "/" + way + "/oidc?code=a&state=b")))
                        .isEqualTo(SIGN_IN);
            }
        }
    }

    @Test
    void eachRoleSeesWhatItMay(RunningService service) throws Exception {
        Rest rest = service.rest();
        for (var expected : Map.of(
                        "user", List.of(ConsolePage.HOME, ConsolePage.PLAYGROUND),
                        "tenant_admin", List.of(ConsolePage.HOME, ConsolePage.TENANTS),
                        "auditor", List.of(ConsolePage.HOME, ConsolePage.AUDIT),
                        "metrics", List.of(ConsolePage.HOME))
                .entrySet()) {
            try (var session = ConsoleSession.of(rest.url(), key(rest, expected.getKey()))) {
                String home = session.get("/console").body();
                for (ConsolePage page : ConsolePage.values()) {
                    boolean may = expected.getValue().contains(page);
                    var answer = session.get(page.path());
                    assertThat(answer.statusCode() == 403)
                            .as(expected.getKey() + " at " + page)
                            .isEqualTo(!may);
                    assertThat(home.contains("href=\"" + page.path() + "\"")).isEqualTo(may);
                }
            }
        }
    }

    private static String key(Rest rest, String role) throws Exception {
        return rest.post("/admin/v1/tenants/default/keys", Map.of("roles", List.of(role)))
                .get("key")
                .asString();
    }

    @Test
    void aSessionEndsWithItsKey(RunningService service) throws Exception {
        Rest rest = service.rest();
        String key = key(rest, "user");
        try (var session = new ConsoleSession(rest.url())) {
            assertThat(session.signIn("bl_wrong").body()).contains("The API key is wrong, revoked or expired.");
            assertThat(location(session.get("/console"))).isEqualTo(SIGN_IN);
            assertThat(location(session.signIn(key))).isEqualTo("/console");
            assertThat(session.get("/console").statusCode()).isEqualTo(200);
            rest.send("DELETE", "/admin/v1/tenants/default/keys/" + key.substring(0, 11), "");
            assertThat(location(session.get("/console"))).isEqualTo(SIGN_IN);
        }
    }

    @Test
    void aKeyHasAFewSessionsAtATime(RunningService service) throws Exception {
        String url = service.rest().url();
        String key = key(service.rest(), "user");
        try (var first = ConsoleSession.of(url, key);
                var second = ConsoleSession.of(url, key);
                var other = new ConsoleSession(url)) {
            for (int i = 1; i < Sessions.MAX_SESSIONS; i++) {
                other.signIn(key);
            }
            assertThat(location(first.get("/console"))).isEqualTo(SIGN_IN);
            assertThat(second.get("/console").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aSignInIsInTheTrailWithItsKey(RunningService service) throws Exception {
        Rest rest = service.rest();
        String key = key(rest, "user");
        try (var session = ConsoleSession.of(rest.url(), key);
                var wrong = new ConsoleSession(rest.url())) {
            assertThat(session.get("/console").statusCode()).isEqualTo(200);
            assertThat(wrong.signIn(key + "x").statusCode()).isEqualTo(401);
        }
        assertThat(new Admin(rest)
                        .trail("access.sign_in").stream()
                                .filter(entry ->
                                        entry.at("/actor/key_prefix").asString().equals(key.substring(0, 11))))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.get("subject").asString()).isEqualTo("console");
                    assertThat(entry.at("/detail/request_id").asString()).startsWith("req_");
                    assertThat(entry.at("/detail/address").asString()).isNotEmpty();
                });
    }

    @Test
    void theTrailHasForbiddenRequestsWhosePageIsShown(RunningService service) throws Exception {
        Rest rest = service.rest();
        String key = key(rest, "tenant_admin");
        try (var session = ConsoleSession.of(rest.url(), key)) {
            var answer = session.submit("/console/tenants/default", "/console/tenants", Map.of("id", "not-mine"));
            assertThat(answer.statusCode()).isNotEqualTo(403);
        }
        service.bean(DeniedAccess.class).write();
        assertThat(rest.get("/admin/v1/audit?kind=access.forbidden&limit=1000").get("data"))
                .anySatisfy(entry -> {
                    assertThat(entry.at("/actor/key_prefix").asString()).isEqualTo(key.substring(0, 11));
                    assertThat(entry.get("subject").asString()).isEqualTo("POST /console/tenants");
                });
    }

    @Test
    void aTenantsPageShowsItsBudgets(RunningService service) throws Exception {
        Rest rest = service.rest();
        var daily = Map.of("period", "day", "tokens", 1000);
        rest.post("/admin/v1/tenants", Map.of("id", "limited", "windows", List.of(daily)));
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            var page = session.get("/console/tenants/limited");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("tokens of the day", "<meter");
        }
    }

    @Test
    void aFormFromBeforeDoesNotUndoABudget(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "shared", "windows", List.of(Map.of("period", "day", "cost", 12))));
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            String page = "/console/tenants/shared";
            var form = Map.of(
                    "weight", "2",
                    "max_concurrent", "8",
                    "expected", "[{\"period\":\"day\",\"cost\":12}]",
                    "period", "day",
                    "cost", "15");
            assertThat(session.get(page).body())
                    .contains("value=\"" + form.get("expected").replace("\"", "&quot;") + "\"");
            rest.send(
                    "PATCH",
                    "/admin/v1/tenants/shared",
                    Map.of("windows", List.of(Map.of("period", "day", "cost", 0.5))));
            session.submit(page, page + "/limits", form);
            assertThat(session.get(page).body()).contains("were changed meanwhile");
            assertThat(rest.get("/admin/v1/tenants/shared")
                            .at("/windows/0/cost")
                            .asDouble())
                    .isEqualTo(0.5);
            rest.send(
                    "PATCH",
                    "/admin/v1/tenants/shared",
                    Map.of("windows", List.of(Map.of("period", "day", "cost", 12))));
            session.submit(page, page + "/limits", form);
            assertThat(rest.get("/admin/v1/tenants/shared")
                            .at("/windows/0/cost")
                            .asInt())
                    .isEqualTo(15);
        }
    }

    @Test
    void allKeysOfATenantCanBeSeen(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "keyed"));
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            assertThat(session.get("/console/tenants/keyed").body()).doesNotContain("More keys");
            service.bean(JdbcClient.class).sql("""
                INSERT INTO api_key (prefix, tenant, hash, roles, models)
                SELECT 'bl_k' || n, 'keyed', sha256(n::text::bytea), '{user}', '{}' FROM generate_series(1000, 2000) n\
                """).update();
            String first = session.get("/console/tenants/keyed").body();
            assertThat(first)
                    .contains("bl_k1999", "/console/tenants/keyed?after=bl_k1999")
                    .doesNotContain("bl_k2000");
            assertThat(session.get("/console/tenants/keyed?after=bl_k1999").body())
                    .contains("bl_k2000")
                    .doesNotContain("bl_k1999", "More keys");
        }
    }

    @Test
    void aRotatedKeyMayGetAnotherExpiryDate(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "turned"));
        String keys = "/admin/v1/tenants/turned/keys";
        String prefix =
                rest.post(keys, Map.of("roles", List.of("user"))).get("prefix").asString();
        String page = "/console/tenants/turned";
        String rotate = page + "/keys/" + prefix + "/rotate";
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            assertThat(session.submit(page, rotate, Map.of("expires", "2099-01-02"))
                            .body())
                    .contains("id=\"secret\"");
            assertThat(session.get(page).body()).contains("rotated").doesNotContain(rotate);
            for (String never : List.of("soon", "+999999999-12-31")) {
                session.submit(page, rotate, Map.of("expires", never));
                assertThat(session.get(page).body()).contains("The last day must be a date");
            }
            session.submit(page, rotate, Map.of("expires", ""));
            assertThat(session.get(page).body()).contains("was rotated already");
            var next = rest.get(keys)
                    .get("data")
                    .valueStream()
                    .filter(key -> !key.get("rotated").asBoolean())
                    .toList();
            assertThat(next)
                    .singleElement()
                    .satisfies(key -> assertThat(key.get("expires_at").asString())
                            .isEqualTo("2099-01-03T00:00:00Z")); // valid all through the day
            String successor = next.getFirst().get("prefix").asString();
            String again = page + "/keys/" + successor + "/rotate";
            assertThat(session.submit(page, again, Map.of("expires", "", "never", "true"))
                            .body())
                    .contains("id=\"secret\"");
        }
        assertThat(rest.get(keys).get("data").valueStream())
                .filteredOn(key -> !key.get("rotated").asBoolean())
                .singleElement()
                .satisfies(key -> assertThat(key.get("expires_at").isNull()).isTrue());
    }

    /** The ledger is locked, so that adding up takes too long. */
    @Test
    void aNewKeyIsShownWhenTheUsageCanNotBeRead(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "busy"));
        String page = "/console/tenants/busy";
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY);
                var connection = service.bean(DataSource.class).getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute("LOCK TABLE reservation IN ACCESS EXCLUSIVE MODE");
                assertThat(session.submit(page, page + "/keys", Map.of("roles", "user"))
                                .body())
                        .contains("id=\"secret\"", ">bl_", "Copy it now.");
                var usage = session.part(page + "/reports");
                assertThat(usage.statusCode()).isEqualTo(400);
                assertThat(usage.headers().firstValue("HX-Reswap")).contains("innerHTML");
                assertThat(usage.body()).startsWith("<p class=\"refusal\"").doesNotContain("<html");
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    @Test
    void theCsvIsOfTheShownDays(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "past"));
        var made = rest.post("/admin/v1/tenants/past/keys", Map.of("roles", List.of("user")));
        rest.as(made.get("key").asString())
                .post("/v1/completions", Map.of("model", "default", "prompt", "Once", "max_tokens", 1));
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            String csv = "/console/tenants/past/usage.csv";
            Patience.await().until(() -> session.get(csv).body().lines().count() == 2);
            service.bean(JdbcClient.class)
                    .sql("UPDATE reservation SET made_at = made_at - interval '40 days' WHERE tenant = 'past'")
                    .update();
            assertThat(session.get(csv).body().lines()).hasSize(1);
        }
    }

    @Test
    void aRefusedFormKeepsItsFields(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", "typing"));
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            String models = "/console/models";
            session.submit(models, models + "/import", Map.of("path", "../typed-path", "name", "typed-name"));
            assertThat(session.get(models).body()).contains("../typed-path", "typed-name");
            assertThat(session.get(models).body()).doesNotContain("typed-name");
            session.submit(
                    models,
                    models + "/pull",
                    Map.of(
                            "from",
                            "huggingface",
                            "repository",
                            "not a repository",
                            "files",
                            "a.gguf, b.gguf",
                            "revision",
                            "v1",
                            "secret_env",
                            "HUB_KEY",
                            "name",
                            "pulled"));
            assertThat(session.get(models).body())
                    .contains("must be a name such as", "not a repository", "a.gguf, b.gguf", "v1", "HUB_KEY");
            String tenant = "/console/tenants/typing";
            session.submit(
                    tenant,
                    tenant + "/limits",
                    Map.of(
                            "weight",
                            "7",
                            "max_concurrent",
                            "5",
                            "max_wait_ms",
                            "900",
                            "expected",
                            "[]",
                            "period",
                            "day",
                            "tokens",
                            "many"));
            assertThat(session.get(tenant).body())
                    .contains("must be a number", "value=\"many\"", "value=\"7\"", "value=\"900\"");
            session.submit(
                    tenant,
                    tenant + "/keys",
                    Map.of("roles", "auditor", "models", "one", "requests_per_minute", "few"));
            assertThat(session.get(tenant).body()).contains("must be a whole number", "value=\"one\"", "value=\"few\"");
        }
    }

    @Test
    void afterTheSignInTheRequestedPageIsShown(RunningService service) throws Exception {
        Rest rest = service.rest();
        String user = key(rest, "user");
        for (String page : List.of(
                "/console/audit?after=3",
                "/console/tenants/default/settings",
                "/console/tenants/default/identities",
                "/console/tenants/default/identities/service_nightly",
                "/console/models/names/targets?alias=default",
                "/console/backends/change?name=gpu")) {
            try (var session = new ConsoleSession(rest.url())) {
                session.get(page);
                assertThat(session.signIn(RunningService.KEY).headers().firstValue("Location"))
                        .hasValueSatisfying(shown -> assertThat(shown).endsWith(page));
            }
        }
        for (String other : List.of("/console/audit/export", "/console/nothing", "/console/engine")) {
            try (var session = new ConsoleSession(rest.url())) {
                session.get(other);
                assertThat(location(session.signIn(user))).as(other).isEqualTo("/console");
            }
        }
        try (var session = new ConsoleSession(rest.url())) {
            session.get("/console/audit");
            session.changeCookie("baseload-page", page -> "%2F%2Fevil.example%2Fconsole%2Faudit");
            assertThat(session.signIn(RunningService.KEY).headers().firstValue("Location"))
                    .hasValueSatisfying(page -> assertThat(page).doesNotContain("evil"));
        }
        try (var session = new ConsoleSession(rest.url())) {
            session.get("/console/audit");
            session.changeCookie("baseload-page", page -> "%zz");
            assertThat(session.cookie("baseload-page")).contains("%zz");
            assertThat(location(session.signIn(RunningService.KEY))).isEqualTo("/console");
            assertThat(session.cookie("baseload-page")).isEmpty();
        }
    }

    @Test
    void refusalsAreOfTheApi(RunningService service) throws Exception {
        try (var session = ConsoleSession.of(service.rest().url(), RunningService.KEY)) {
            var unknown = session.get("/console/tenants/nobody");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("There is no tenant", "req_");
            assertThat(session.get("/console/nothing").body()).contains("There is no such page.");
            String canary = "/console/models/canary?model=smollm2-135m-instruct&percent=5&alias=";
            assertThat(session.get(canary + "nobody").statusCode()).isEqualTo(404);
            assertThat(session.get(canary + "default").statusCode()).isEqualTo(200);
            session.submit("/console/models", "/console/models/import", Map.of("path", "../etc", "name", "a"));
            assertThat(session.get("/console/models").body()).contains("import folder");
        }
    }

    @Test
    void pagesAreSmallAndRunNothingButTheirFiles(RunningService service) throws Exception {
        try (var session = ConsoleSession.of(service.rest().url(), RunningService.KEY)) {
            for (String path : Stream.concat(Looks.pages(), Stream.of("/console/tenants/default"))
                    .toList()) {
                PageFiles.check(session, path);
            }
        }
    }
}
