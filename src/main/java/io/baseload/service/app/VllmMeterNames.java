package io.baseload.service.app;

import static io.prometheus.metrics.model.registry.MetricType.COUNTER;
import static io.prometheus.metrics.model.registry.MetricType.GAUGE;
import static io.prometheus.metrics.model.registry.MetricType.HISTOGRAM;
import static java.util.Map.entry;

import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.stereotype.Component;

/**
 * Metrics that vLLM also has, repeated under vLLM's names ({@code vllm:num_requests_running}), so that dashboards, autoscalers and gateways made for vLLM find them. They are
 * copied as they are scraped and hold no state.
 */
@Component
@ConditionalOnBooleanProperty("baseload.metrics.vllm-names")
final class VllmMeterNames implements MultiCollector {
    private static final String OURS = "baseload_";
    private static final String THEIRS = "vllm:";

    /** As in vLLM's production metrics, without the suffix {@code _total}. */
    private static final Map<String, MetricType> METRICS = Map.ofEntries(
            entry("num_requests_running", GAUGE),
            entry("num_requests_waiting", GAUGE),
            entry("kv_cache_usage_perc", GAUGE),
            entry("num_preemptions", COUNTER),
            entry("prefix_cache_queries", COUNTER),
            entry("prefix_cache_hits", COUNTER),
            entry("spec_decode_num_draft_tokens", COUNTER),
            entry("spec_decode_num_accepted_tokens", COUNTER),
            entry("prompt_tokens", COUNTER),
            entry("generation_tokens", COUNTER),
            entry("request_success", COUNTER),
            entry("time_to_first_token_seconds", HISTOGRAM),
            entry("inter_token_latency_seconds", HISTOGRAM),
            entry("request_time_per_output_token_seconds", HISTOGRAM),
            entry("e2e_request_latency_seconds", HISTOGRAM),
            entry("request_queue_time_seconds", HISTOGRAM),
            entry("request_prefill_time_seconds", HISTOGRAM),
            entry("request_decode_time_seconds", HISTOGRAM));

    private final PrometheusRegistry registry;

    VllmMeterNames(PrometheusRegistry registry) {
        this.registry = registry;
        registry.register(this);
    }

    /** Also keeps the registry from scraping this collector while the collector reads the registry. */
    @Override
    public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
        return METRICS.entrySet().stream()
                .map(metric -> MetricFamilyDescriptor.of(metric.getValue(), THEIRS + metric.getKey())
                        .build())
                .toList();
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots ours = registry.scrape(VllmMeterNames::isCopied);
        return new MetricSnapshots(
                ours.stream().flatMap(VllmMeterNames::renamed).toList());
    }

    private static boolean isCopied(String name) {
        return name.startsWith(OURS) && METRICS.containsKey(name.substring(OURS.length()));
    }

    private static Stream<MetricSnapshot> renamed(MetricSnapshot metric) {
        String name = metric.getMetadata().getName();
        var metadata = new MetricMetadata(
                THEIRS + name.substring(OURS.length()), metric.getMetadata().getHelp());
        return switch (metric) {
            case CounterSnapshot counter -> Stream.of(new CounterSnapshot(metadata, counter.getDataPoints()));
            case GaugeSnapshot gauge -> Stream.of(new GaugeSnapshot(metadata, gauge.getDataPoints()));
            case HistogramSnapshot histogram -> Stream.of(new HistogramSnapshot(metadata, histogram.getDataPoints()));
            default -> Stream.empty();
        };
    }
}
