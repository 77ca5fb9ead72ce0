package io.baseload.engine.api;

/**
 * Statistics of a model's speculation since the model was loaded.
 *
 * @param drafted tokens that were computed before they were chosen
 * @param accepted those of them that were then chosen
 */
public record SpeculationLoad(long drafted, long accepted) {}
