package io.baseload.service.tenant;

import io.baseload.service.audit.Person;
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
     * @param owner a line of keys that replaced each other, named by its first key; or a person or service account, by its id; empty = the tenant
     * @param model the id of the model that answers; empty = any
     */
    public record Scope(String owner, String model) {
        /** All requests of the tenant. */
        public static final Scope TENANT = new Scope("", "");

        /**
         * @param budgetKey the first of the request's line of keys
         * @param identity on whose behalf the request is made; empty = the tenant's
         */
        public boolean covers(String budgetKey, String identity, String answering) {
            return (owner.isEmpty() || owner.equals(budgetKey) || owner.equals(identity))
                    && (model.isEmpty() || model.equals(answering));
        }

        public boolean isTenant() {
            return owner.isEmpty();
        }

        /** Whether the owner is a person or a service account. */
        public boolean isIdentity() {
            return isPerson() || owner.startsWith(Identity.SERVICE);
        }

        public boolean isPerson() {
            return owner.startsWith(Person.ID);
        }
    }

    /** Tokens and requests of the whole tenant, for all keys and models. */
    public UsageBudget(Period period, OptionalLong tokens, OptionalLong requests) {
        this(Scope.TENANT, period, tokens, requests, Optional.empty(), OptionalInt.empty(), 0);
    }
}
