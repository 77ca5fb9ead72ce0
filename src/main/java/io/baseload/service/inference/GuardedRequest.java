package io.baseload.service.inference;

import io.baseload.service.guardrail.FilterChain;
import io.baseload.service.guardrail.Verdict;
import java.util.List;

/**
 * A request that has passed its tenant's filters.
 *
 * @param request as the model gets it
 * @param verdicts on the request
 * @param answers the filters for the answers
 */
record GuardedRequest(InferenceRequest request, List<Verdict> verdicts, FilterChain answers) {}
