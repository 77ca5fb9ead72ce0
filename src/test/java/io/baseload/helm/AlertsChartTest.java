package io.baseload.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts in the Helm chart's PrometheusRule: each is about its own release only. */
@Tag("helm")
class AlertsChartTest {
    private static final Pattern METRIC = Pattern.compile("baseload_[a-z0-9_]+");

    @TempDir
    private Path folder;

    @Test
    void eachMetricIsLimitedToTheReleasesNamespaceAndJob() throws IOException {
        Manifests chart = render("serviceMonitor: {enabled: true, existingSecret: scraper}, rules: {enabled: true}");
        assertLimited(chart, "{namespace=\"llm\", job=\"test-baseload-management\"");
        assertThat(chart.objects())
                .extracting(object -> object.getMetadata().getName())
                .contains("test-baseload-management");
        assertThat(expressions(chart))
                .contains("absent(baseload_audit_checkpoint_size{namespace=\"llm\","
                        + " job=\"test-baseload-management\"})");
    }

    @Test
    void withoutAMonitorOfTheChartTheJobIsUnknown() throws IOException {
        Manifests chart = render("rules: {enabled: true}");
        assertLimited(chart, "{namespace=\"llm\"");
        assertThat(expressions(chart)).noneMatch(expression -> expression.contains("job="));
    }

    @Test
    void anAddressOfRunbooksIsNoMetric() throws IOException {
        Manifests chart = render("rules: {enabled: true, runbooks: 'https://wiki.example/baseload_ops'}");
        List<Map<String, Map<String, String>>> rules =
                chart.operators("PrometheusRule").get("spec", "groups", 0, "rules");
        assertThat(rules)
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.get("annotations").get("runbook_url"))
                        .matches("https://wiki\\.example/baseload_ops#[a-z]+"));
    }

    private static void assertLimited(Manifests chart, String matchers) {
        assertThat(expressions(chart)).hasSizeGreaterThan(15).allSatisfy(expression -> {
            long metrics = METRIC.matcher(expression).results().count();
            assertThat(metrics).isPositive();
            assertThat(Pattern.compile(METRIC + Pattern.quote(matchers))
                            .matcher(expression)
                            .results())
                    .hasSize((int) metrics);
        });
    }

    private static List<String> expressions(Manifests chart) {
        List<Map<String, String>> rules = chart.operators("PrometheusRule").get("spec", "groups", 0, "rules");
        return rules.stream().map(rule -> rule.get("expr")).toList();
    }

    private Manifests render(String monitoring) throws IOException {
        return Manifests.render(folder, "monitoring: {" + monitoring + "}");
    }
}
