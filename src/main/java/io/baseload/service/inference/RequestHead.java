package io.baseload.service.inference;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamLateException;
import io.baseload.engine.api.FlowId;
import io.baseload.service.inference.SpillOver.Attempt;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tenant.Caller;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The caller of a request and the model that is to answer it, whatever the kind of request.
 *
 * @param alias the model as named by the caller
 * @param counted is set when the metrics have the request as one that a model ended: it is none that was refused then
 */
record RequestHead(
        Caller caller,
        ServedModel model,
        String alias,
        FlowId flow,
        EndUser endUser,
        Origin origin,
        Attempt attempt,
        AtomicBoolean counted) {
    QuotaDemand demand(int answers, long promptTokens, long completionTokens) {
        boolean batch = flow.urgency() == FlowId.Urgency.BATCH;
        return new QuotaDemand(
                caller.tenant(), caller.keyPrefix(), model.id(), batch, answers, promptTokens, completionTokens);
    }

    /**
     * Whether the prompt is charged although there is no answer: a remote server has it, and nobody else will be asked. If another model is asked, its attempt alone is charged.
     *
     * @param failure at the start
     */
    boolean isCharged(Throwable failure) {
        return switch (failure) {
            case AbandonedException e -> e.begun(); // no other model is asked then
            case UpstreamLateException e -> attempt.last();
            case UpstreamException e -> attempt.last() && e.begun();
            default -> false;
        };
    }
}
