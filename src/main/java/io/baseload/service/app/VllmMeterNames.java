package io.baseload.service.app;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.stereotype.Component;

/**
 * The metrics that vLLM has too, once more under the names that it gives them ({@code vllm:num_requests_running}), so that
 * dashboards, autoscalers and gateways made for vLLM find them. They are copied as they are scraped and hold no state.
 */
@Component
@ConditionalOnBooleanProperty("baseload.metrics.vllm-names")
final class VllmMeterNames implements MultiCollector {
    private static final String OURS = "baseload_";
    private static final String THEIRS = "vllm:";

    /** As in vLLM's production metrics, without the suffix {@code _total}. */
    private static final List<String> NAMES = List.of(
            "num_requests_running",
            "num_requests_waiting",
            "kv_cache_usage_perc",
            "num_preemptions",
            "prefix_cache_queries",
            "prefix_cache_hits",
            "spec_decode_num_draft_tokens",
            "spec_decode_num_accepted_tokens",
            "prompt_tokens",
            "generation_tokens",
            "request_success",
            "time_to_first_token_seconds",
            "inter_token_latency_seconds",
            "request_time_per_output_token_seconds",
            "e2e_request_latency_seconds",
            "request_queue_time_seconds",
            "request_prefill_time_seconds",
            "request_decode_time_seconds");

    private final PrometheusRegistry registry;

    VllmMeterNames(PrometheusRegistry registry) {
        this.registry = registry;
        registry.register(this);
    }

    /** Also keeps the registry from asking this collector while it asks the registry. */
    @Override
    public List<String> getPrometheusNames() {
        return NAMES.stream().map(THEIRS::concat).toList();
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots ours =
                registry.scrape(name -> name.startsWith(OURS) && NAMES.contains(name.substring(OURS.length())));
        return new MetricSnapshots(
                ours.stream().flatMap(VllmMeterNames::renamed).toList());
    }

    private static Stream<MetricSnapshot> renamed(MetricSnapshot metric) {
        String name = metric.getMetadata().getName();
        if (!name.startsWith(OURS) || !NAMES.contains(name.substring(OURS.length()))) {
            return Stream.empty();
        }
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
