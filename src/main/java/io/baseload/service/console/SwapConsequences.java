package io.baseload.service.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The consequences of pointing a name to other models, in words. */
@Component
final class SwapConsequences {
    static final String FINISH = "Running answers finish on their current model.";

    private final AliasState state;
    private final EngineState engine;
    private final Shown shown;

    SwapConsequences(AliasState state, EngineState engine, Shown shown) {
        this.state = state;
        this.engine = engine;
        this.shown = shown;
    }

    /** @param targets the name's new ones, as in the API */
    List<String> of(String alias, List<Map<String, Object>> targets) {
        List<Map<?, ?>> current = state.targets(alias);
        String before = AliasState.route(current);
        String after = AliasState.route(targets);
        List<String> here = local(targets);
        List<Map<String, Object>> unready = here.stream()
                .flatMap(model -> state.stored(model).stream())
                .filter(model -> model.get("loaded") == null)
                .toList();
        String loaded =
                unready.stream().map(model -> String.valueOf(model.get("id"))).collect(Collectors.joining(", "));
        var words = new ArrayList<String>();
        if (before.equals(after)) {
            words.add(alias + " points to " + after
                    + (loaded.isEmpty() ? " already." : " already; " + loaded + " is loaded."));
        } else {
            words.add(
                    before.isEmpty()
                            ? "The new name " + alias + " points to " + after + "."
                            : "New requests for " + alias + " go to " + after + " instead of " + before + ". "
                                    + FINISH);
            here.forEach(model -> words.add(arrival(model)));
        }
        boolean leaves = local(current).stream().anyMatch(model -> !here.contains(model));
        unready.forEach(model -> words.add(memory(model, leaves ? "Both models are in memory during the swap: " : "")));
        if (leaves) {
            words.add("The previous model is unloaded if no other name points to it and no operator has loaded it.");
        }
        state.running(alias)
                .ifPresent(canary -> words.add(
                        "The canary of " + alias + " ends: " + AliasState.named(canary) + " is rolled back."));
        return words;
    }

    /** The models that are not said to be a backend's. */
    private static List<String> local(List<? extends Map<?, ?>> targets) {
        return targets.stream()
                .filter(target -> target.get("backend") == null)
                .map(target -> String.valueOf(target.get("model")))
                .toList();
    }

    private String arrival(String model) {
        Optional<Map<String, Object>> stored = state.stored(model);
        if (stored.isEmpty()) {
            return model + " is not stored here: it must be the model of a backend.";
        }
        return stored.get().get("loaded") == null
                ? model + " is loaded first. The name moves once the model is ready; until then nothing changes."
                : model + " is already in memory: the name moves at once.";
    }

    /** The memory that a model takes. */
    String memory(Map<String, Object> model, String intro) {
        return intro + model.get("id") + " takes " + shown.bytes((Number) model.get("bytes"))
                + " for weights, and more for its KV cache; "
                + shown.bytes((long) EngineState.number(engine.now().memory(), "free"))
                + " are free. If that is not enough, the change is refused.";
    }
}
