package io.baseload.service.openai;

import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.FinishReason;
import java.util.List;

/** A complete choice. */
record Choice(int index, String text, List<TokenLogprob> logprobs, FinishReason reason) {}
