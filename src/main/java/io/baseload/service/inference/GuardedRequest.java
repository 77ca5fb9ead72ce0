package io.baseload.service.inference;

import io.baseload.service.guardrail.FilterChain;
import io.baseload.service.guardrail.Verdict;
import java.util.List;

/**
 * A request that its tenant's filters let pass.
 *
 * @param request as the model is given it
 * @param verdicts on the request
 * @param answers what the answers have to pass
 */
record GuardedRequest(InferenceRequest request, List<Verdict> verdicts, FilterChain answers) {}
