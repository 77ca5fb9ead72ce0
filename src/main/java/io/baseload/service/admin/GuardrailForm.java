package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.guardrail.FilterSettings;
import io.baseload.service.guardrail.Guardrails;
import io.baseload.service.guardrail.Handling;
import io.baseload.service.guardrail.PersonalData;
import io.baseload.service.guardrail.Side;
import io.baseload.service.outbound.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The filters of a tenant in JSON. */
record GuardrailForm(@Nullable List<@Nullable FilterForm> filters) {
    private static final int MAX_FILTERS = 16;
    private static final int MAX_MODELS = 256;
    private static final int MAX_MILLIS = 60_000;
    private static final int DEFAULT_MILLIS = 2_000;
    private static final int MAX_WINDOW = 100_000;

    static GuardrailForm of(List<FilterSettings> filters) {
        return new GuardrailForm(new ArrayList<@Nullable FilterForm>(
                filters.stream().map(FilterForm::of).toList()));
    }

    List<FilterSettings> read() {
        var given = Refusals.present("filters", filters);
        if (given.size() > MAX_FILTERS) {
            throw Refusals.invalid(
                    "filters", "array_above_max_length", "'filters' must have at most " + MAX_FILTERS + " elements.");
        }
        List<FilterSettings> all = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String path = "filters[" + i + "]";
            all.add(Refusals.present(path, given.get(i)).read(path));
        }
        return all;
    }

    /**
     * A filter.
     *
     * @param kind {@code personal_data} or {@code http}
     * @param sides {@code request}, {@code answer}; absent: both
     * @param models names and ids of models to which it applies; absent: all
     * @param handling of personal data: by kind {@code off}, {@code report}, {@code redact} or {@code block}
     * @param region of personal data: the country of phone numbers without {@code +}
     * @param onFailure of a server: {@code block} or {@code allow}
     * @param window of a server: characters of an answer at a time; 0 or absent: the whole answer
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record FilterForm(
            @Nullable String name,
            @Nullable String kind,
            @Nullable List<@Nullable String> sides,
            @Nullable List<@Nullable String> models,
            @Nullable Map<String, String> handling,
            @Nullable String region,
            @Nullable String url,
            @Nullable String apiKeyEnv,
            @Nullable String apiKeyFile,
            @Nullable Integer timeoutMs,
            @Nullable String onFailure,
            @Nullable Integer window) {
        static FilterForm of(FilterSettings filter) {
            List<@Nullable String> sides = new ArrayList<>(
                    filter.sides().stream().map(Side::wire).sorted().toList());
            List<@Nullable String> models =
                    new ArrayList<>(filter.models().stream().sorted().toList());
            return switch (filter) {
                case FilterSettings.OfPersonalData it -> {
                    var handling = new TreeMap<String, String>();
                    it.kinds().forEach((kind, how) -> handling.put(kind.wire(), how.wire()));
                    yield new FilterForm(
                            it.name(),
                            FilterSettings.PERSONAL_DATA,
                            sides,
                            models,
                            handling,
                            it.region(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);
                }
                case FilterSettings.Hook it -> {
                    BackendKey key = BackendKey.of(it.key());
                    yield new FilterForm(
                            it.name(),
                            FilterSettings.HTTP,
                            sides,
                            models,
                            null,
                            null,
                            it.urlWithoutQuery().toString(),
                            key.variable(),
                            key.file(),
                            it.timeoutMillis(),
                            it.failsOpen() ? "allow" : "block",
                            it.window());
                }
            };
        }

        FilterSettings read(String path) {
            String known = Refusals.present(path + ".name", name);
            return switch (oneOf(
                    path + ".kind",
                    Refusals.present(path + ".kind", kind),
                    List.of(FilterSettings.PERSONAL_DATA, FilterSettings.HTTP))) {
                case FilterSettings.HTTP -> hook(path, known);
                default ->
                    new FilterSettings.OfPersonalData(
                            known,
                            sides(path),
                            models(path),
                            kinds(path + ".handling"),
                            region == null ? "ZZ" : region);
            };
        }

        private FilterSettings.Hook hook(String path, String known) {
            String failure = onFailure == null ? "block" : onFailure;
            return new FilterSettings.Hook(
                    known,
                    sides(path),
                    models(path),
                    Guardrails.address(path + ".url", Refusals.present(path + ".url", url)),
                    BackendKey.read(null, apiKeyEnv, apiKeyFile, new Secret.None()),
                    timeoutMs == null
                            ? DEFAULT_MILLIS
                            : Refusals.inRange(path + ".timeout_ms", timeoutMs, 1, MAX_MILLIS),
                    oneOf(path + ".on_failure", failure, List.of("block", "allow"))
                            .equals("allow"),
                    window == null ? 0 : Refusals.inRange(path + ".window", window, 0, MAX_WINDOW));
        }

        private Set<Side> sides(String path) {
            if (sides == null) {
                return Set.of(Side.values());
            }
            return sides.stream()
                    .map(side -> named(path + ".sides", String.valueOf(side), Side.values(), Side::wire))
                    .collect(Collectors.toSet());
        }

        private Set<String> models(String path) {
            var all = new LinkedHashSet<String>();
            if (models != null) {
                if (models.size() > MAX_MODELS) {
                    throw Refusals.invalid(
                            path + ".models",
                            "array_above_max_length",
                            "'" + path + ".models' must have at most " + MAX_MODELS + " elements.");
                }
                for (String model : models) {
                    all.add(Refusals.text(path + ".models", Refusals.present(path + ".models", model)));
                }
            }
            return all;
        }

        private Map<PersonalData, Handling> kinds(String path) {
            var kinds = new EnumMap<PersonalData, Handling>(PersonalData.class);
            Refusals.present(path, handling)
                    .forEach((kind, how) -> kinds.put(
                            named(path, kind, PersonalData.values(), PersonalData::wire),
                            named(path + "." + kind, String.valueOf(how), Handling.values(), Handling::wire)));
            return kinds;
        }

        private static <E> E named(String path, String text, E[] values, Function<E, String> wire) {
            var allowed = Arrays.stream(values).map(wire).toList();
            return values[allowed.indexOf(oneOf(path, text, allowed))];
        }

        private static String oneOf(String path, String text, List<String> allowed) {
            if (!allowed.contains(text)) {
                throw Refusals.invalid(
                        path, "invalid_value", "'" + path + "' must be one of " + String.join(", ", allowed) + ".");
            }
            return text;
        }
    }
}
