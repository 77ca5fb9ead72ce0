package io.baseload.service.console;

import io.baseload.service.api.Api;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The aliases as shown on pages, with their canaries, and the models that they may point to. */
@Component
final class AliasState {
    static final String CANARY = "/admin/v1/aliases/{name}/canary";
    private static final String AT = " at ";

    private final Api api;

    AliasState(Api api) {
        this.api = api;
    }

    List<Map<String, Object>> all() {
        return api.list("/admin/v1/aliases?limit=1000");
    }

    List<Map<String, Object>> canaries(List<Map<String, Object>> aliases) {
        return aliases.stream()
                .flatMap(alias -> canary(String.valueOf(alias.get("name"))).stream())
                .toList();
    }

    /** The latest canary of a name; most names have none. */
    Optional<Map<String, Object>> canary(String alias) {
        return found(() -> api.get(CANARY, alias));
    }

    /** The running canary of a name. */
    Optional<Map<String, Object>> running(String alias) {
        return canary(alias).filter(canary -> "running".equals(canary.get("state")));
    }

    /** A stored model; empty if it can only be one of a backend. */
    Optional<Map<String, Object>> stored(String model) {
        return found(() -> api.get("/admin/v1/models/{id}", model));
    }

    private static Optional<Map<String, Object>> found(Supplier<Map<String, Object>> answer) {
        try {
            return Optional.of(answer.get());
        } catch (Api.Refused e) {
            if (e.status() != HttpServletResponse.SC_NOT_FOUND) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** The targets of an alias; none if there is no such alias. */
    List<Map<?, ?>> targets(String alias) {
        List<Map<?, ?>> all = new ArrayList<>();
        for (Map<String, Object> each : all()) {
            if (alias.equals(each.get("name")) && each.get("targets") instanceof List<?> targets) {
                for (Object target : targets) {
                    if (target instanceof Map<?, ?> one) {
                        all.add(one);
                    }
                }
            }
        }
        return all;
    }

    /** The possible targets in words: the stored models, then those of the backends. */
    List<String> choices(List<Map<String, Object>> models) {
        return Stream.concat(
                        models.stream().map(model -> String.valueOf(model.get("id"))),
                        api.list("/admin/v1/backends?limit=1000").stream()
                                .flatMap(backend -> backend.get("models") instanceof List<?> offers
                                        ? offers.stream().map(offer -> offered(offer, backend))
                                        : Stream.empty()))
                .toList();
    }

    private static String offered(Object offer, Map<String, Object> backend) {
        return (offer instanceof Map<?, ?> model ? model.get("id") : offer) + AT + backend.get("name");
    }

    /** All targets of a name in words: first those that are tried first. */
    static String route(List<? extends Map<?, ?>> targets) {
        var ranks = new TreeMap<Long, List<Map<?, ?>>>();
        for (Map<?, ?> target : targets) {
            long rank = target.get("order") instanceof Number order ? order.longValue() : targets.indexOf(target);
            ranks.computeIfAbsent(rank, _ -> new ArrayList<>()).add(target);
        }
        return ranks.values().stream().map(AliasState::shared).collect(Collectors.joining(", otherwise "));
    }

    /** Targets that share requests. */
    private static String shared(List<Map<?, ?>> targets) {
        return targets.size() == 1
                ? named(targets.getFirst())
                : targets.stream()
                        .map(target -> named(target) + " (weight "
                                + (target.get("weight") instanceof Number weight ? weight : 1) + ")")
                        .collect(Collectors.joining(" or "));
    }

    /** A target in words; a local model for all prompts is just its id. */
    static String named(Map<?, ?> target) {
        Object min = target.get("min_prompt_tokens");
        Object max = target.get("max_prompt_tokens");
        String name = model(target);
        return min == null && max == null
                ? name
                : name + " (prompts of " + (min == null ? 0 : min)
                        + (max == null ? " tokens or more)" : " to " + max + " tokens)");
    }

    /** The model of a target in words, as in a list of choices. */
    static String model(Map<?, ?> target) {
        Object backend = target.get("backend");
        return target.get("model") + (backend == null ? "" : AT + backend);
    }

    /** The members of a target given in words. Neither ids nor backends have spaces. */
    static Map<String, Object> target(String words) {
        String[] parts = words.strip().split(AT, 2);
        Map<String, Object> target = new TreeMap<>(Map.of("model", parts[0]));
        if (parts.length == 2) {
            target.put("backend", parts[1]);
        }
        return target;
    }
}
