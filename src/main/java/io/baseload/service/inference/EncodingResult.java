package io.baseload.service.inference;

import io.baseload.service.quota.QuotaSnapshot;
import java.util.List;

/**
 * The results of an encoder, settled and recorded.
 *
 * @param model the id of the model that computed them
 * @param outputs a vector for each text, or one number for each document, in their order
 * @param tokens of all texts
 */
public record EncodingResult(String model, List<float[]> outputs, int tokens, QuotaSnapshot quota) {}
