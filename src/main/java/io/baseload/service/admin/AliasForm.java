package io.baseload.service.admin;

import io.baseload.service.routing.AliasRoute;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Aliases.Alias;
import io.baseload.service.routing.PromptRange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * An alias in JSON.
 *
 * @param model the one that is tried first
 */
record AliasForm(String name, String model, List<TargetForm> targets) {
    private static final int MAX_TARGETS = 16;
    private static final int MAX_WEIGHT = 1000;
    private static final int MAX_TOKENS = 1_000_000_000;

    static AliasForm of(Alias alias) {
        AliasRoute route = alias.route();
        return new AliasForm(
                alias.name(),
                route.first().model(),
                route.targets().stream().map(TargetForm::of).toList());
    }

    /**
     * One of the models behind an alias.
     *
     * @param backend the model's backend; absent: a local model, or that of the only backend that has it
     * @param weight share of the requests against targets of the same order (1)
     * @param order the lowest is tried first (default: its position in the list)
     * @param minPromptTokens it gets no shorter prompts (0)
     * @param maxPromptTokens it gets no longer prompts (default: of any length)
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record TargetForm(
            @Nullable String model,
            @Nullable String backend,
            @Nullable Integer weight,
            @Nullable Integer order,
            @Nullable Integer minPromptTokens,
            @Nullable Integer maxPromptTokens) {
        static TargetForm of(AliasTarget target) {
            PromptRange prompts = target.prompts();
            return new TargetForm(
                    target.model(),
                    target.backend().orElse(null),
                    target.weight(),
                    target.rank(),
                    prompts.min() == 0 ? null : prompts.min(),
                    prompts.max().isPresent() ? prompts.max().getAsInt() : null);
        }

        AliasTarget read(int place) {
            String path = "targets[" + place + "].";
            return new AliasTarget(
                    modelId(path + "model", model),
                    Optional.ofNullable(backend),
                    weight == null ? 1 : Refusals.inRange(path + "weight", weight, 1, MAX_WEIGHT),
                    order == null ? place : Refusals.inRange(path + "order", order, 0, Integer.MAX_VALUE),
                    prompts(path));
        }

        private PromptRange prompts(String path) {
            int min = minPromptTokens == null
                    ? 0
                    : Refusals.inRange(path + "min_prompt_tokens", minPromptTokens, 0, MAX_TOKENS);
            OptionalInt max = maxPromptTokens == null
                    ? OptionalInt.empty()
                    : OptionalInt.of(Refusals.inRange(
                            path + "max_prompt_tokens", maxPromptTokens, Math.max(1, min), MAX_TOKENS));
            return new PromptRange(min, max);
        }
    }

    private static String modelId(String path, @Nullable String id) {
        return Refusals.text(path, Refusals.present(path, id));
    }

    /** The requested target of an alias: one model, or several. */
    record Request(
            @Nullable String name,
            @Nullable String model,
            @Nullable List<@Nullable TargetForm> targets) {
        /** @param alias the name in the path; one in the body, as the answer has it, must be the same */
        AliasRoute route(String alias) {
            if (name != null && !name.equals(alias)) {
                throw Refusals.invalid("name", "invalid_value", "'name' must be that of the path, " + alias + ".");
            }
            if (targets == null) {
                return AliasRoute.to(modelId("model", model));
            }
            if (model != null) {
                throw Refusals.invalid("model", "invalid_value", "'model' is only allowed without 'targets'.");
            }
            if (targets.isEmpty() || targets.size() > MAX_TARGETS) {
                throw Refusals.invalid(
                        "targets", "invalid_value", "'targets' must have 1 to " + MAX_TARGETS + " elements.");
            }
            return new AliasRoute(IntStream.range(0, targets.size())
                    .mapToObj(i -> Refusals.present("targets[" + i + "]", targets.get(i))
                            .read(i))
                    .toList());
        }
    }
}
