package io.baseload.service.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The targets of a name: one model, or several, local and remote. A process keeps all local ones in memory. */
public record AliasRoute(List<AliasTarget> targets) {
    /**
     * A target of a name.
     *
     * @param backend the model's backend; empty = a local one
     * @param weight share of the requests against targets of the same rank, 1 or more
     * @param rank the lowest is tried first
     * @param prompts those that it gets
     */
    public record AliasTarget(String model, Optional<String> backend, int weight, int rank, PromptRange prompts) {
        /** The only one of its name, for all prompts. */
        public static AliasTarget of(String model, Optional<String> backend) {
            return new AliasTarget(model, backend, 1, 0, PromptRange.ANY);
        }

        AliasTarget on(Optional<String> other) {
            return new AliasTarget(model, other, weight, rank, prompts);
        }

        private String description() {
            String name = backend.map(it -> model + "@" + it).orElse(model);
            return prompts.isAny() ? name : name + " " + prompts.description();
        }
    }

    public AliasRoute {
        targets = List.copyOf(targets);
    }

    public static AliasRoute to(String model) {
        return new AliasRoute(List.of(AliasTarget.of(model, Optional.empty())));
    }

    /** The local models among the targets, in the order of their ranks. */
    List<String> local() {
        return targets.stream()
                .filter(target -> target.backend().isEmpty())
                .sorted(Comparator.comparingInt(AliasTarget::rank))
                .map(AliasTarget::model)
                .distinct()
                .toList();
    }

    /** The target that is tried first, or one of them. */
    public AliasTarget first() {
        return targets.stream().min(Comparator.comparingInt(AliasTarget::rank)).orElseThrow();
    }

    /** Equal routes have equal descriptions; a local model's is its id. */
    String description() {
        return targets.stream()
                .map(target -> targets.size() == 1
                        ? target.description()
                        : target.description() + " " + target.weight() + " " + target.rank())
                .collect(Collectors.joining(", "));
    }

    /** The targets in the order in which a request tries them: by rank, and those of equal rank drawn by weight. */
    List<AliasTarget> drawn() {
        record Draw(AliasTarget target, double time) {}
        List<Draw> draws = new ArrayList<>();
        for (AliasTarget target : targets) {
            // the probability that an exponential waiting time is the shortest is proportional to its rate
            double time = -Math.log(1 - ThreadLocalRandom.current().nextDouble()) / target.weight();
            draws.add(new Draw(target, time));
        }
        return draws.stream()
                .sorted(Comparator.comparingInt((Draw draw) -> draw.target().rank())
                        .thenComparingDouble(Draw::time))
                .map(Draw::target)
                .toList();
    }
}
