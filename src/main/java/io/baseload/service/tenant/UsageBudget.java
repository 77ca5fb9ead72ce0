package io.baseload.service.tenant;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The limits of one calendar window; empty = unlimited.
 *
 * @param scope the requests that count
 * @param tokens of prompts and answers
 * @param cost money, by the price table
 * @param softPercent the percentage of each limit from which on answers carry a warning, 1 to 99
 * @param interactivePercent the percentage of tokens and cost that batch requests leave to interactive ones at the start of the window, 0 to 100; it shrinks with the remaining
 *     time, so that batch requests get the part that the others did not use
 */
public record UsageBudget(
        Scope scope,
        Period period,
        OptionalLong tokens,
        OptionalLong requests,
        Optional<BigDecimal> cost,
        OptionalInt softPercent,
        int interactivePercent) {

    /**
     * Requests of a tenant that count together.
     *
     * @param key the first of a line of keys that replaced each other; empty = all keys
     * @param model the id of the model that answers; empty = any
     */
    public record Scope(String key, String model) {
        /** All requests of the tenant. */
        public static final Scope TENANT = new Scope("", "");

        public boolean covers(String budgetKey, String answering) {
            return (key.isEmpty() || key.equals(budgetKey)) && (model.isEmpty() || model.equals(answering));
        }
    }

    /** Tokens and requests of the whole tenant, for all keys and models. */
    public UsageBudget(Period period, OptionalLong tokens, OptionalLong requests) {
        this(Scope.TENANT, period, tokens, requests, Optional.empty(), OptionalInt.empty(), 0);
    }
}
