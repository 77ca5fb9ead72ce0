package io.baseload.service.protocol;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.StopReason;

/** A complete choice. */
public record Choice(int index, AnswerBuilder answer, StopReason reason) {}
