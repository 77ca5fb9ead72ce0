/**
 * Spring AI: the engine as a {@code ChatModel} and an {@code EmbeddingModel}, with options, observations and auto-configuration. On chat and engine.api only.
 */
@NullMarked
package io.baseload.ai;

import org.jspecify.annotations.NullMarked;
