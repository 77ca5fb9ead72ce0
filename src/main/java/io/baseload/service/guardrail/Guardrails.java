package io.baseload.service.guardrail;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.CachedSettings;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.HttpOrigin;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.transaction.support.TransactionOperations;

/** The filters of tenants. A change takes effect with the next request, in other processes within a second. */
public final class Guardrails implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private final GuardrailRows rows;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final HookFilter.Connection connection;
    private final CachedSettings<Map<String, List<Link>>> settings;

    private record Link(FilterSettings settings, Filter filter) {
        boolean concerns(Side side, Set<String> models) {
            return settings.sides().contains(side)
                    && (settings.models().isEmpty()
                            || settings.models().stream().anyMatch(models::contains));
        }
    }

    Guardrails(
            GuardrailRows rows,
            TransactionOperations transactions,
            AuditTrail audit,
            HookFilter.Connection connection) {
        this.rows = rows;
        this.transactions = transactions;
        this.audit = audit;
        this.connection = connection;
        this.settings = new CachedSettings<>("guardrails", this::read);
    }

    private Map<String, List<Link>> read() {
        var all = new HashMap<String, List<Link>>();
        rows.all()
                .forEach((tenant, filters) ->
                        all.put(tenant, filters.stream().map(this::link).toList()));
        return all;
    }

    private Link link(FilterSettings settings) {
        return new Link(
                settings,
                switch (settings) {
                    case FilterSettings.OfPersonalData personal -> new PersonalDataFilter(personal);
                    case FilterSettings.Hook hook -> new HookFilter(hook, connection);
                });
    }

    /**
     * The filters of a request.
     *
     * @param id of the model that answers
     */
    public FilterChain chain(Subject subject, String id) {
        var models = new HashSet<>(Set.of(id));
        models.add(subject.model());
        return new FilterChain(
                settings.get().getOrDefault(subject.tenant(), List.of()).stream()
                        .filter(link -> link.concerns(subject.side(), models))
                        .map(Link::filter)
                        .toList(),
                subject);
    }

    public List<FilterSettings> of(String tenant) {
        return rows.of(tenant);
    }

    /**
     * Replaces all filters of a tenant.
     *
     * @param described the same for the trail
     * @throws InvalidRequestException if something in them is not allowed
     */
    public void change(Actor actor, String tenant, List<FilterSettings> filters, List<?> described) {
        var before = rows.of(tenant);
        var next =
                filters.stream().map(filter -> withStoredQuery(filter, before)).toList();
        check(next, before);
        transactions.executeWithoutResult(status -> {
            rows.save(tenant, next);
            audit.recordAdmin(
                    actor, "admin.guardrails", "tenants/" + tenant + "/guardrails", Map.of("filters", described));
        });
        settings.refresh();
    }

    /** A filter that is sent back as it was shown keeps its query. */
    private static FilterSettings withStoredQuery(FilterSettings filter, List<FilterSettings> before) {
        if (!(filter instanceof FilterSettings.Hook hook)) {
            return filter;
        }
        for (FilterSettings old : before) {
            if (old instanceof FilterSettings.Hook stored
                    && stored.name().equals(hook.name())
                    && stored.urlWithoutQuery().equals(hook.url())) {
                return hook.withUrl(stored.url());
            }
        }
        return hook;
    }

    private void check(List<FilterSettings> filters, List<FilterSettings> before) {
        var names = new HashSet<String>();
        for (int i = 0; i < filters.size(); i++) {
            String path = "filters[" + i + "]";
            var filter = filters.get(i);
            if (!NAME.matcher(filter.name()).matches()) {
                throw invalid(
                        path + ".name", "expected 1 to 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first");
            }
            if (!names.add(filter.name())) {
                throw invalid(path + ".name", "there is another filter of this name");
            }
            if (filter.sides().isEmpty()) {
                throw invalid(path + ".sides", "expected 'request', 'answer' or both");
            }
            switch (filter) {
                case FilterSettings.OfPersonalData personal -> {
                    if (!personal.region().equals("ZZ") && !PersonalDataFinder.knows(personal.region())) {
                        throw invalid(path + ".region", "expected a country such as 'DE'");
                    }
                }
                case FilterSettings.Hook hook -> {
                    if (before.stream().noneMatch(old -> sendsSameKey(old, hook))) {
                        connection.secrets().check(hook.key(), path + ".api_key");
                    }
                    if (hook.url().getRawQuery() != null && before.stream().noneMatch(old -> hasUrl(old, hook.url()))) {
                        throw invalid(
                                path + ".url",
                                "expected no query, because URLs are displayed: put a key into 'api_key'");
                    }
                    checkHost(hook.url(), path + ".url");
                }
            }
        }
    }

    /** Whether the same key was sent to the same server before, even if new filters may not name its variable. */
    private static boolean sendsSameKey(FilterSettings before, FilterSettings.Hook hook) {
        return before instanceof FilterSettings.Hook old
                && old.key().equals(hook.key())
                && HttpOrigin.of(old.url()).equals(HttpOrigin.of(hook.url()));
    }

    private static boolean hasUrl(FilterSettings filter, URI url) {
        return filter instanceof FilterSettings.Hook hook && hook.url().equals(url);
    }

    private void checkHost(URI url, String path) {
        if (!connection.hosts().allows(url)) {
            throw invalid(
                    path,
                    "the host '" + AllowedHosts.withPort(url) + "' is not among baseload.guardrails.allowed-hosts");
        }
    }

    /**
     * Reads an address.
     *
     * @throws InvalidRequestException if it is not that of an allowed filter server
     */
    public static URI address(String path, String text) {
        try {
            var url = new URI(text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!http || url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
                throw invalid(path, "expected http:// or https://, a host, and neither user nor fragment");
            }
            return url;
        } catch (URISyntaxException e) {
            throw invalid(path, "it is not a URL: " + e.getReason());
        }
    }

    private static InvalidRequestException invalid(String path, String why) {
        return new InvalidRequestException(path, "invalid_value", "Invalid '" + path + "': " + why + ".");
    }

    @Override
    public void close() {
        settings.close();
    }
}
