/**
 * Spring AI: the engine as a {@code ChatModel}, with its options, observations and auto-configuration. On chat and engine.api only.
 */
@NullMarked
package io.baseload.ai;

import org.jspecify.annotations.NullMarked;
