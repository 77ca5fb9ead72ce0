package io.baseload.service.inference;

import io.baseload.chat.api.TokenCodec;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.tenant.Caller;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The only path from outside to a model: every answer is reserved and its intent recorded before the first token; it is settled and its outcome recorded after the last. */
public interface Inference {
    /**
     * Inspects the tokens of a model. Nothing is generated, reserved or recorded.
     *
     * @param wanted whether somebody still waits for the result; asked while the model is being loaded
     * @throws io.baseload.chat.api.AbandonedException if it is no longer wanted
     * @throws io.baseload.chat.api.InvalidRequestException if the model's tokens are not known here
     * @throws io.baseload.service.registry.UnknownModelException if there is no such model for this caller
     * @throws io.baseload.service.registry.ModelUnavailableException if the model is not loaded now
     */
    <T> T withTokens(Caller caller, String model, BooleanSupplier wanted, Function<TokenCodec, T> use);

    /** The windows of all models that a caller's requests count in, as they are now; empty if the database doesn't answer soon. */
    Optional<QuotaSnapshot> room(Caller caller);

    /**
     * Computes vectors of texts with an encoder, or ranks documents. When this returns, usage and outcome are recorded (or a second has passed, if the database is unreachable). If a
     * backend fails, even in the middle of its answer, the next model that the name stands for is asked: nothing has been sent to the client yet.
     *
     * @param origin recorded in the audit trail
     * @param wanted whether somebody still waits for the result; asked several times a second. If not, texts whose computation has begun are billed, and the others are not computed; of a
     *     backend, all texts that were sent to it are billed
     * @throws io.baseload.chat.api.AbandonedException if it is no longer wanted
     * @throws io.baseload.chat.api.InvalidRequestException if the model is not an encoder, or can't compute the request
     * @throws io.baseload.service.registry.UnknownModelException if there is no such model for this caller
     * @throws io.baseload.service.registry.ModelUnavailableException if the model is not loaded now
     * @throws io.baseload.service.quota.QuotaExceededException if a limit of the tenant is reached
     * @throws io.baseload.engine.api.OverloadedException if the encoder's queue is full, or no backend has room
     * @throws io.baseload.chat.api.UpstreamException if the model is on a backend that does not answer, or sends a bad answer
     * @throws LedgerUnavailableException if reservation or intent can't be written; nothing was computed
     */
    EncodingResult encode(Caller caller, EncodingCall call, Origin origin, BooleanSupplier wanted);

    /**
     * Sends a request to a model. When this returns, the tokens are reserved, the intent is in the audit trail, and the request is in the engine's queue.
     *
     * @param origin recorded in the audit trail
     * @param listener receives the events on the engine's thread, the last one on another thread once usage and outcome are recorded (or after a second, if the database is
     *     unreachable); must not block
     * @throws io.baseload.chat.api.InvalidRequestException if the request can't be answered by this model
     * @throws io.baseload.service.registry.UnknownModelException if there is no such model for this caller
     * @throws io.baseload.service.registry.ModelUnavailableException if the model is not loaded now
     * @throws io.baseload.service.quota.QuotaExceededException if a limit of the tenant is reached
     * @throws io.baseload.engine.api.OverloadedException if the engine's queue is full, or no backend has room
     * @throws io.baseload.chat.api.UpstreamException if the model is on a backend that does not answer
     * @throws io.baseload.chat.api.AbandonedException if nobody waits any more for an answer that has not begun
     * @throws LedgerUnavailableException if reservation or intent can't be written; nothing was generated
     */
    AdmittedRequest ask(Caller caller, InferenceRequest request, Origin origin, AnswerListener listener);
}
