package io.baseload.service.tenant;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What may be used in one calendar window; what is empty is unlimited.
 *
 * @param scope whose requests count
 * @param tokens of prompts and answers
 * @param cost money, by the price table
 * @param softPercent the part of each limit from which on answers carry a warning, 1 to 99
 * @param interactivePercent the part of tokens and cost that batch requests leave to interactive ones when the window begins, 0 to 100; it shrinks with the time that
 *     the window has left, so that batch requests get what the others did not use
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

    /** Tokens and requests of the whole tenant, all the same to whom. */
    public UsageBudget(Period period, OptionalLong tokens, OptionalLong requests) {
        this(Scope.TENANT, period, tokens, requests, Optional.empty(), OptionalInt.empty(), 0);
    }
}
