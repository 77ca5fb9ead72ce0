/**
 * Spring AI: the engine as a {@code ChatModel} and an {@code EmbeddingModel}, with options, observations and auto-configuration. Depends only on chat and engine.api.
 */
@NullMarked
package io.baseload.ai;

import org.jspecify.annotations.NullMarked;
