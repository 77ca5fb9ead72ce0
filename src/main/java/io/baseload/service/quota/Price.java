package io.baseload.service.quota;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * What tokens of a model cost, each for a million, with at most {@link #DECIMALS} decimals. All prices are in one currency.
 *
 * @param model the id of the model that answers
 * @param validFrom until the next price of the model
 * @param prompt prompt tokens that were computed
 * @param cached prompt tokens that an earlier request had computed
 * @param completion tokens of answers
 */
public record Price(String model, Instant validFrom, BigDecimal prompt, BigDecimal cached, BigDecimal completion) {
    /** Decimals of a price; amounts have six more, and are exact. */
    public static final int DECIMALS = 6;

    /** What the tokens cost at most, whatever part of the prompt is found computed. */
    BigDecimal most(long promptTokens, long completionTokens) {
        return millionth(prompt.max(cached)
                .multiply(BigDecimal.valueOf(promptTokens))
                .add(completion.multiply(BigDecimal.valueOf(completionTokens))));
    }

    static BigDecimal millionth(BigDecimal amount) {
        return amount.movePointLeft(6);
    }
}
