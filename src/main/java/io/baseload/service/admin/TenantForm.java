package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Tenant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A tenant in JSON, both ways. What a request leaves out keeps its value, or gets the default in a new tenant.
 *
 * @param maxConcurrent requests that may run or wait at the same time
 * @param weight share of the engine against other tenants, 1 to 1000
 */
@JsonNaming(SnakeCaseStrategy.class)
record TenantForm(
        @Nullable String id,
        @Nullable List<Window> windows,
        @Nullable Integer maxConcurrent,
        @Nullable Integer weight) {
    private static final int MAX_WEIGHT = 1000;

    /** A limit in a calendar window; what is left out is unlimited. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Window(
            @Nullable String period,
            @Nullable Long tokens,
            @Nullable Long requests) {}

    static TenantForm of(Tenant tenant) {
        return new TenantForm(
                tenant.id(),
                tenant.windows().stream().map(TenantForm::window).toList(),
                tenant.maxConcurrent(),
                tenant.weight());
    }

    private static Window window(Tenant.Window window) {
        return new Window(window.period().wire(), boxed(window.tokens()), boxed(window.requests()));
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    /** A tenant with what this request says, and the rest as before. */
    Tenant over(Tenant before) {
        return new Tenant(
                before.id(),
                windows == null ? before.windows() : read(windows),
                maxConcurrent == null
                        ? before.maxConcurrent()
                        : Refusals.inRange("max_concurrent", maxConcurrent, 1, Integer.MAX_VALUE),
                weight == null ? before.weight() : Refusals.inRange("weight", weight, 1, MAX_WEIGHT));
    }

    private static List<Tenant.Window> read(List<Window> windows) {
        List<Tenant.Window> read = new ArrayList<>();
        Set<Period> seen = EnumSet.noneOf(Period.class);
        for (int i = 0; i < windows.size(); i++) {
            Tenant.Window window = read("windows[" + i + "]", windows.get(i));
            if (!seen.add(window.period())) {
                throw Refusals.invalid(
                        "windows[" + i + "].period", "invalid_value", "There is a window of this period already.");
            }
            read.add(window);
        }
        return read;
    }

    private static Tenant.Window read(String path, @Nullable Window window) {
        Window given = Refusals.present(path, window);
        return new Tenant.Window(
                period(path + ".period", given.period()),
                limit(path + ".tokens", given.tokens()),
                limit(path + ".requests", given.requests()));
    }

    private static Period period(String path, @Nullable String name) {
        String given = Refusals.present(path, name);
        return Stream.of(Period.values())
                .filter(period -> period.wire().equals(given))
                .findFirst()
                .orElseThrow(() ->
                        Refusals.invalid(path, "invalid_value", "'" + path + "' must be 'minute', 'day' or 'month'."));
    }

    private static OptionalLong limit(String path, @Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(Refusals.inRange(path, value, 0, Long.MAX_VALUE));
    }
}
