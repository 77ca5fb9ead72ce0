package io.baseload.service.openai;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.StopReason;

/** A complete choice. */
record Choice(int index, AnswerBuilder answer, StopReason reason) {}
