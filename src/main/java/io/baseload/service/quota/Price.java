package io.baseload.service.quota;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * The prices of a model's tokens, each for a million, with at most {@link #DECIMALS} decimals. All prices are in one currency.
 *
 * @param model the id of the model that answers
 * @param validFrom valid until the next price of the model
 * @param prompt prompt tokens that were computed
 * @param cached prompt tokens found in the cache
 * @param completion tokens of answers
 */
public record Price(String model, Instant validFrom, BigDecimal prompt, BigDecimal cached, BigDecimal completion) {
    /** Decimals of a price; amounts have six more, and are exact. */
    public static final int DECIMALS = 6;

    /** The highest possible cost of the tokens, whatever part of the prompt is cached. */
    BigDecimal most(long promptTokens, long completionTokens) {
        return millionth(prompt.max(cached)
                .multiply(BigDecimal.valueOf(promptTokens))
                .add(completion.multiply(BigDecimal.valueOf(completionTokens))));
    }

    static BigDecimal millionth(BigDecimal amount) {
        return amount.movePointLeft(6);
    }
}
