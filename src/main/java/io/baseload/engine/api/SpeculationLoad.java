package io.baseload.engine.api;

/**
 * What a model's speculation has done since the model was loaded.
 *
 * @param drafted tokens that were computed before they were chosen
 * @param accepted those of them that were chosen then
 */
public record SpeculationLoad(long drafted, long accepted) {}
