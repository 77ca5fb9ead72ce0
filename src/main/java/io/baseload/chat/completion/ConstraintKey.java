package io.baseload.chat.completion;

import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.engine.api.CacheScope;

/**
 * Equal where a model's answers are held to the same, for the same asker.
 *
 * @param thinking whether the prompt has begun the model's reasoning
 */
record ConstraintKey(CacheScope scope, OutputFormat format, ToolSet tools, boolean chat, boolean thinking) {}
