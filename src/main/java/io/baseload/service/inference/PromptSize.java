package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.InvalidRequestException.Excess;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.TargetFilter;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Selects the targets of a name by the number of tokens in a request's prompts, all of them together. A local target in this process's memory counts them, with its template; otherwise
 * they are estimated from the bytes.
 *
 * <p>Counting comes before the check of the tenant's budget, because the budget depends on the model. So its cost is bounded: a prompt with more than {@value #MAX_BYTES} bytes for each
 * token of the largest limit is above it without counting.
 */
record PromptSize(CompletionRequest request, FlowId flow) implements TargetFilter {
    private static final int USUAL_BYTES = 4;
    /** No tokenizer's tokens have more bytes than this on average. */
    private static final int MAX_BYTES = 16;

    @Override
    public List<AliasTarget> select(List<AliasTarget> targets, Supplier<Optional<ServedModel>> local) {
        if (targets.stream().allMatch(target -> target.prompts().isAny())) {
            return targets;
        }
        long tokens = tokens(targets, local);
        var selected = targets.stream()
                .filter(target -> target.prompts().contains(tokens))
                .toList();
        if (selected.isEmpty()) {
            throw refused(targets, tokens);
        }
        return selected;
    }

    private long tokens(List<AliasTarget> targets, Supplier<Optional<ServedModel>> local) {
        if (request.input() instanceof Input.Tokens given) {
            return total(given.prompts());
        }
        long bytes = ContentJson.prompt(request).length;
        long estimate = Math.ceilDiv(bytes, USUAL_BYTES);
        return bytes > (long) MAX_BYTES * highestEnd(targets)
                ? estimate
                : local.get().flatMap(this::counted).orElse(estimate);
    }

    private static int highestEnd(List<AliasTarget> targets) {
        return targets.stream()
                .mapToInt(target -> target.prompts().highestEnd())
                .max()
                .orElse(0);
    }

    /** Empty if this model can't read the request; others may. */
    private Optional<Long> counted(ServedModel model) {
        try (model) {
            return Optional.of(total(model.use().completions().tokens(flow).of(request)));
        } catch (InvalidRequestException | ModelClosedException e) {
            return Optional.empty();
        }
    }

    private InvalidRequestException refused(List<AliasTarget> targets, long tokens) {
        boolean tooLong =
                targets.stream().allMatch(target -> tokens > target.prompts().highestEnd());
        var allowed = targets.stream()
                .map(target -> target.prompts().description())
                .distinct()
                .collect(Collectors.joining(", "));
        return new InvalidRequestException(
                request.input() instanceof Input.Chat ? "messages" : "prompt",
                tooLong ? "context_length_exceeded" : "invalid_value",
                "No model behind this name takes prompts of " + tokens + " tokens. Allowed: " + allowed + ".",
                tooLong ? Optional.of(new Excess(tokens, 0, highestEnd(targets))) : Optional.empty());
    }

    private static long total(List<int[]> prompts) {
        return prompts.stream().mapToLong(tokens -> tokens.length).sum();
    }
}
