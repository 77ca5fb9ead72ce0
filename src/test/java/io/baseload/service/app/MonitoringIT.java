package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.BaseloadHome;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The chart's dashboard and alerts, compared with the metrics of a service: each metric and label in an expression exists. */
class MonitoringIT {
    private static final Path CHART = Path.of("helm/baseload/monitoring");
    private static final Pattern METRIC = Pattern.compile("\\b(baseload_[a-z0-9_]+)(?:\\{([^}]*)\\})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern LISTED = Pattern.compile("\\blabel_values\\([^()]*, *([a-z_]+)\\)");
    private static final Pattern LEGEND = Pattern.compile("\\{\\{([a-z_]+)}}");
    private static final Pattern EVENT =
            Pattern.compile("\\b(?:rate|increase)\\((baseload_[a-z0-9_]+)\\{([a-z_]+)=~?\"([^\"]*)\"}");
    private static final Pattern SAMPLE = Pattern.compile("^([a-z0-9_]+)(?:\\{(.*)\\})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    /** Prometheus adds them to each sample, from the target. */
    private static final Set<String> OF_TARGETS = Set.of("namespace", "job", "instance");
    /** Grafana's own begin with underscores. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-zA-Z]\\w*)");

    /** The width of Grafana's grid. */
    private static final int COLUMNS = 24;

    @TempDir
    static Path home;

    private static RunningService service;
    private static ScriptedBackend backend;
    private static String fresh;
    private static Map<String, Set<String>> told;

    @BeforeAll
    static void letEverythingHappen() throws Exception {
        backend = new ScriptedBackend();
        service = RunningService.at(
                home.resolve("home"),
                "baseload.model.warm-up=false",
                "baseload.metrics.vllm-names=true",
                "baseload.audit.anchor.file=" + home.resolve("anchor.jsonl"),
                "baseload.audit.push[0].name=siem",
                "baseload.audit.push[0].url=" + backend.url() + "/trail",
                "baseload.backends.allowed-hosts=127.0.0.1");
        fresh = scrape();
        Rest rest = service.rest();
        rest.post(
                "/admin/v1/backends",
                Map.of("name", "b", "base_url", backend.url(), "models", List.of(Map.of("id", "far"))));
        assertThat(rest.send("POST", "/v1/completions", ask("default", 4)).statusCode())
                .isEqualTo(200);
        assertThat(rest.send("POST", "/v1/completions", ask("nothing", 4)).statusCode())
                .isEqualTo(404);
        told = samples(scrape());
    }

    private static Map<String, Object> ask(String model, int tokens) {
        return Map.of("model", model, "prompt", "One, two,", "max_tokens", tokens);
    }

    private static String scrape() throws IOException, InterruptedException {
        return service.rest().send("GET", "/actuator/prometheus", "").body();
    }

    @AfterAll
    static void stop() {
        service.close();
        backend.close();
    }

    @Test
    void alertsNameExistingMetrics() throws IOException {
        assertKnown(rules().stream().map(rule -> rule.get("expr")).toList());
    }

    /** One Prometheus may scrape staging and production. */
    @Test
    void installationsDontMix() throws IOException {
        for (Map<String, String> rule : rules()) {
            assertThat(rule.get("expr")).doesNotContainPattern("\\bsum (?!by \\(namespace, job\\b)|\\bsum\\(");
        }
        for (JsonNode panel : dashboard().get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.get("expr").asString())
                        .doesNotContainPattern(
                                "baseload_[a-z0-9_]++(?!\\{namespace=~\"\\$namespace\", job=~\"\\$job\")");
            }
        }
    }

    /** Of the disk that fills, and not of the folder where the service was started. */
    @Test
    void theDiskIsThatOfTheHome() throws Exception {
        String path = "path=\"" + service.bean(BaseloadHome.class).path() + "\"";
        assertThat(fresh)
                .contains("baseload_disk_free_bytes{" + path + "}", "baseload_disk_reserve_bytes{" + path + "}")
                .contains("\ndisk_free_bytes{" + path + "}");
        assertThat(read("/actuator/health")
                        .at("/components/diskSpace/details/path")
                        .asString())
                .isEqualTo(service.bean(BaseloadHome.class).path().toString());
    }

    /** Prometheus sees no increase in a series that begins with 1. */
    @Test
    void countedEventsAreThereBeforeTheFirstOne() throws IOException {
        var counted = new TreeSet<String>();
        for (Map<String, String> rule : rules()) {
            for (Matcher event = EVENT.matcher(rule.get("expr")); event.find(); ) {
                for (String value : event.group(3).split("\\|", -1)) {
                    String series = event.group(1) + "\\{[^}]*" + event.group(2) + "=\"" + value + "\"[^}]*} 0";
                    counted.add(series);
                    assertThat(fresh).as(rule.get("alert")).containsPattern(series);
                }
            }
        }
        assertThat(counted).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void panelsNameExistingMetrics() throws IOException {
        JsonNode dashboard = dashboard();
        var expressions = new ArrayList<String>();
        for (JsonNode panel : dashboard.get("panels")) {
            panel.path("targets")
                    .forEach(target -> expressions.add(target.get("expr").asString()));
        }
        for (JsonNode variable : dashboard.at("/templating/list")) {
            expressions.add(variable.path("query").path("query").asString(""));
        }
        assertThat(expressions).hasSizeGreaterThan(20);
        assertKnown(expressions);
    }

    /** Requests to encoders have no first token, and no time between tokens. */
    @Test
    void theTimeOfAWholeRequestIsOnTheDashboard() throws IOException {
        assertThat(dashboard()
                        .get("panels")
                        .valueStream()
                        .flatMap(panel -> panel.path("targets").valueStream()))
                .extracting(target -> target.get("expr").asString())
                .anyMatch(expression -> expression.contains("baseload_e2e_request_latency_seconds_bucket"));
    }

    /** Its form, which Grafana repairs or ignores in silence where it is wrong. */
    @Test
    void everyPanelHasItsIdItsPlaceAndTheChosenDataSource() throws IOException {
        JsonNode dashboard = dashboard();
        assertThat(dashboard.get("schemaVersion").asInt())
                .as("the first version in which data sources are objects")
                .isGreaterThanOrEqualTo(36);
        var ids = new HashSet<Integer>();
        var cells = new HashSet<List<Integer>>();
        for (JsonNode panel : dashboard.get("panels")) {
            String title = panel.get("title").asString();
            assertThat(title).isNotBlank();
            assertThat(ids.add(panel.get("id").asInt())).as("id of " + title).isTrue();
            takeCells(panel.get("gridPos"), title, cells);
            if (panel.get("type").asString().equals("row")) {
                assertThat(panel.get("panels"))
                        .as("panels are beside their row")
                        .isEmpty();
            } else {
                assertAsksTheChosenSource(panel, title);
            }
        }
        assertVariablesAreThere(dashboard);
    }

    private static void takeCells(JsonNode place, String title, Set<List<Integer>> cells) {
        int left = place.get("x").asInt();
        int top = place.get("y").asInt();
        int width = place.get("w").asInt();
        int height = place.get("h").asInt();
        assertThat(width).as(title).isPositive();
        assertThat(height).as(title).isPositive();
        assertThat(left).as(title).isBetween(0, COLUMNS - width);
        assertThat(top).as(title).isNotNegative();
        for (int x = left; x < left + width; x++) {
            for (int y = top; y < top + height; y++) {
                assertThat(cells.add(List.of(x, y)))
                        .as(title + " has the cell " + x + ", " + y + " alone")
                        .isTrue();
            }
        }
    }

    private static void assertAsksTheChosenSource(JsonNode panel, String title) {
        JsonNode chosen = new JsonMapper().readTree("{\"type\": \"prometheus\", \"uid\": \"${datasource}\"}");
        assertThat(panel.get("datasource")).as(title).isEqualTo(chosen);
        assertThat(panel.get("targets")).as(title).isNotEmpty();
        var letters = new HashSet<String>();
        for (JsonNode target : panel.get("targets")) {
            assertThat(target.get("datasource")).as(title).isEqualTo(chosen);
            assertThat(letters.add(target.get("refId").asString())).as(title).isTrue();
        }
    }

    /** With several of them, lines would otherwise have the same name. */
    @Test
    void panelsThatDontAddProcessesUpTellThemApart() throws IOException {
        for (JsonNode panel : dashboard().get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                boolean addedUp = target.get("expr").asString().matches(".*\\b(sum|max) by \\(.*");
                assertThat(target.get("legendFormat").asString().contains("{{instance}}"))
                        .as(panel.get("title").asString())
                        .isNotEqualTo(addedUp);
            }
        }
    }

    private static void assertVariablesAreThere(JsonNode dashboard) {
        var declared = dashboard
                .at("/templating/list")
                .valueStream()
                .map(variable -> variable.get("name").asString())
                .toList();
        assertThat(declared).doesNotHaveDuplicates();
        assertThat(dashboard.at("/templating/list/0/type").asString()).isEqualTo("datasource");
        assertThat(new HashSet<>(all(VARIABLE, dashboard.toString())))
                .as("variables that are used")
                .hasSameElementsAs(declared);
    }

    private static JsonNode dashboard() throws IOException {
        return new JsonMapper().readTree(Files.readString(CHART.resolve("dashboard.json")));
    }

    @Test
    void eachAlertHasARunbook() throws IOException {
        String runbooks = Files.readString(Path.of("docs/runbooks.md"));
        for (Map<String, String> rule : rules()) {
            assertThat(runbooks).contains("\n## " + rule.get("alert") + "\n", "```\n" + rule.get("expr") + "\n```");
            assertThat(rule.get("runbook"))
                    .isEqualTo("docs/runbooks.md#" + rule.get("alert").toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void metersOfVllmHaveItsNames() throws Exception {
        String scraped = scrape();
        for (String name : List.of(
                "num_requests_running",
                "kv_cache_usage_perc",
                "prefix_cache_queries_total",
                "prompt_tokens_total",
                "request_success_total",
                "time_to_first_token_seconds_bucket",
                "e2e_request_latency_seconds_count")) {
            assertThat(values(scraped, "vllm:" + name))
                    .as(name)
                    .isNotEmpty()
                    .containsExactlyInAnyOrderElementsOf(values(scraped, "baseload_" + name));
        }
        assertThat(scraped).contains("# TYPE vllm:request_success_total counter");
    }

    /** Labels and value of each sample. */
    private static List<String> values(String scraped, String name) {
        return scraped.lines()
                .filter(line -> line.startsWith(name + "{"))
                .map(line -> line.substring(name.length()))
                .toList();
    }

    @Test
    void unknownPartsOfTheHealthAreNotFound() throws Exception {
        for (String part :
                List.of("x", "x/y", "x/y/z", "ledger/x", "readiness/x", "readiness/ledger/x", "liveness/x/y")) {
            HttpResponse<String> answer = service.rest().send("GET", "/actuator/health/" + part, "");
            assertThat(answer.statusCode()).as(part).isEqualTo(404);
        }
    }

    @Test
    void operatorsSeeWhatRuns() throws Exception {
        JsonNode model = read("/actuator/models").at("/models/0");
        assertThat(model.get("id").asString()).isEqualTo("smollm2-135m-instruct");
        assertThat(model.get("memoryBytes").asLong()).isPositive();
        assertThat(model.get("decodeTier").asString()).isNotBlank();
        assertThat(read("/actuator/health").at("/components/ledger/status").asString())
                .isEqualTo("UP");
        assertThat(read("/actuator/health/readiness").propertyNames()).containsExactly("status");
        JsonNode info = read("/actuator/info");
        assertThat(info.at("/build/artifact").asString()).isEqualTo("baseload");
        if (Files.exists(Path.of(".git"))) { // an archive of the sources has no commit
            assertThat(info.at("/git/commit/id/full").asString()).matches("[0-9a-f]{7,40}");
        }
        JsonNode materials = read("/actuator/sbom/application");
        assertThat(materials.get("bomFormat").asString()).isEqualTo("CycloneDX");
        assertThat(materials
                        .get("components")
                        .valueStream()
                        .map(library -> library.get("name").asString()))
                .contains("postgresql", "spring-webmvc", "tokenizers", "dnnl");
    }

    private static JsonNode read(String path) throws Exception {
        return new JsonMapper().readTree(service.rest().send("GET", path, "").body());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, String>> rules() throws IOException {
        Map<String, List<Map<String, Object>>> file = new Yaml().load(Files.readString(CHART.resolve("alerts.yaml")));
        var rules = (List<Map<String, Object>>) file.get("groups").getFirst().get("rules");
        return rules.stream()
                .map(rule -> Map.of(
                        "alert", (String) rule.get("alert"),
                        "expr", (String) rule.get("expr"),
                        "runbook", ((Map<String, String>) rule.get("annotations")).get("runbook_url")))
                .toList();
    }

    private static void assertKnown(List<String> expressions) {
        var unknown = new TreeSet<String>();
        for (String expression : expressions) {
            for (Matcher metric = METRIC.matcher(expression); metric.find(); ) {
                String name = metric.group(1);
                if (told.containsKey(name)) {
                    Stream.concat(
                                    all(MATCHER, metric.group(2)).stream(),
                                    Stream.concat(grouping(expression), all(LISTED, expression).stream()))
                            .filter(label -> !told.get(name).contains(label) && !OF_TARGETS.contains(label))
                            .forEach(label -> unknown.add(name + "{" + label + "}"));
                } else {
                    unknown.add(name);
                }
            }
        }
        assertThat(unknown)
                .as("what expressions name and the service doesn't tell")
                .isEmpty();
    }

    /** Grafana shows an empty name for a label that the result doesn't have. */
    @Test
    void legendsNameLabelsOfTheirResult() throws IOException {
        for (JsonNode panel : dashboard().get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String expression = target.get("expr").asString();
                Set<String> labels = grouping(expression).collect(Collectors.toCollection(HashSet::new));
                if (labels.isEmpty()) {
                    labels.addAll(OF_TARGETS);
                    all(METRIC, expression).forEach(name -> labels.addAll(told.getOrDefault(name, Set.of())));
                }
                assertThat(all(LEGEND, target.get("legendFormat").asString()))
                        .as(panel.get("title").asString())
                        .isSubsetOf(labels);
            }
        }
    }

    private static Stream<String> grouping(String expression) {
        return all(GROUPING, expression).stream().flatMap(labels -> Stream.of(labels.split(", *")));
    }

    /** The labels of each metric. */
    private static Map<String, Set<String>> samples(String text) {
        var samples = new HashMap<String, Set<String>>();
        text.lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .forEach(line -> samples.computeIfAbsent(line.group(1), name -> new HashSet<>())
                        .addAll(all(LABEL, line.group(2))));
        return samples;
    }

    /** What the pattern's group finds. */
    private static List<String> all(Pattern pattern, String text) {
        return text == null
                ? List.of()
                : pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }
}
