package io.baseload.service.planner;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.ModelOutline;
import java.util.OptionalDouble;

/**
 * The parameters of a plan.
 *
 * @param batch sequences that are decoded together
 * @param context tokens that each of them has so far
 * @param prompt tokens of a prompt
 * @param leastRate minimum tokens per second of a user
 * @param pricePerHour of the machine, in any currency
 */
public record PlanRequest(int batch, int context, int prompt, double leastRate, OptionalDouble pricePerHour) {
    public static final int MAX_SEQUENCES = 4096;
    public static final int MAX_TOKENS = 1 << 24;

    /** The more shards, the longer a plan takes. No machine has more sockets. */
    public static final int MAX_SHARDS = 64;

    /** @throws InvalidRequestException if a number is out of range */
    public PlanRequest {
        inRange("batch", batch, MAX_SEQUENCES);
        inRange("context", context, MAX_TOKENS);
        inRange("prompt", prompt, MAX_TOKENS);
        positive("least_rate", leastRate);
        positive("price_per_hour", pricePerHour.orElse(1));
    }

    /**
     * Checks a number of shards, before a machine is measured for a plan that nobody gets.
     *
     * @throws InvalidRequestException if it is out of range
     */
    public static void requireShards(int shards) {
        inRange("shards", shards, MAX_SHARDS);
    }

    /**
     * Checks the lengths against the model's, likewise before a machine is measured.
     *
     * @throws InvalidRequestException if one is more than the model's context
     */
    public void requireWithin(ModelOutline model) {
        within("context", context, model);
        within("prompt", prompt, model);
    }

    private static void within(String field, int tokens, ModelOutline model) {
        if (tokens > model.contextLength()) {
            throw refuse(field, "must be at most the model's context of " + model.contextLength() + ", not " + tokens);
        }
    }

    private static void inRange(String field, int value, int most) {
        if (value < 1 || value > most) {
            throw refuse(field, "must be from 1 to " + most + ", not " + value);
        }
    }

    private static void positive(String field, double value) {
        if (!(value > 0 && value < 1e12)) {
            throw refuse(field, "must be a positive number, not " + value);
        }
    }

    static InvalidRequestException refuse(String field, String problem) {
        return new InvalidRequestException(field, "invalid_value", "'" + field + "' " + problem + ".");
    }

    PlanRequest withBatch(int sequences) {
        return new PlanRequest(sequences, context, prompt, leastRate, pricePerHour);
    }

    PlanRequest withContext(int tokens) {
        return new PlanRequest(batch, tokens, prompt, leastRate, pricePerHour);
    }
}
