package io.baseload.service.inference;

import io.baseload.engine.api.FlowId;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tenant.Caller;

/**
 * The caller of a request and the model that is to answer it, whatever the kind of request.
 *
 * @param alias the model as named by the caller
 */
record RequestHead(Caller caller, ServedModel model, String alias, FlowId flow, EndUser endUser, Origin origin) {
    QuotaDemand demand(int answers, long promptTokens, long completionTokens) {
        boolean batch = flow.urgency() == FlowId.Urgency.BATCH;
        return new QuotaDemand(
                caller.tenant(), caller.keyPrefix(), model.id(), batch, answers, promptTokens, completionTokens);
    }
}
