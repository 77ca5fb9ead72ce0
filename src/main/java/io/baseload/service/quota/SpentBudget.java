package io.baseload.service.quota;

import io.baseload.service.tenant.Period;
import java.util.Optional;

/**
 * A tenant's budget of which much is gone.
 *
 * @param model whose answers count; empty = those of all
 * @param unit of the limit: tokens, requests or money
 * @param share used or reserved, as a fraction of the limit
 */
public record SpentBudget(String tenant, Optional<String> model, Period period, String unit, double share) {}
