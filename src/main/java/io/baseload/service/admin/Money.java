package io.baseload.service.admin;

import io.baseload.service.quota.Price;
import java.math.BigDecimal;

/** Amounts of money: exact decimals, in one currency of the operator's choice. */
final class Money {
    static final BigDecimal MAX_BUDGET = new BigDecimal("1000000000000");
    static final BigDecimal MAX_PRICE = new BigDecimal("1000000000");

    private Money() {}

    static BigDecimal read(String field, BigDecimal amount, BigDecimal max) {
        if (amount.signum() < 0) {
            throw Refusals.invalid(field, "decimal_below_min_value", "'" + field + "' must be at least 0.");
        }
        // the precision first: 1e1000000000 is a short text, and a long number
        if (amount.precision() - (long) amount.scale() > max.precision() || amount.compareTo(max) > 0) {
            throw Refusals.invalid(field, "decimal_above_max_value", "'" + field + "' must be at most " + max + ".");
        }
        if (amount.stripTrailingZeros().scale() > Price.DECIMALS) {
            throw Refusals.invalid(
                    field, "invalid_value", "'" + field + "' must have at most " + Price.DECIMALS + " decimals.");
        }
        return amount;
    }

    /** Without zeros at its end, and without an exponent. */
    static BigDecimal plain(BigDecimal amount) {
        BigDecimal shortest = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
        return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
    }
}
