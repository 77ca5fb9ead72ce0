package io.baseload.service.inference;

import io.baseload.chat.api.Completion;
import io.baseload.service.quota.QuotaSnapshot;

/**
 * A question that was admitted.
 *
 * @param model the id of the model that answers
 * @param fingerprint names build and weights
 */
public record Asked(String model, String fingerprint, QuotaSnapshot quota, Completion completion) {}
