package io.baseload.service.openai;

import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import java.util.List;

/** A complete choice. */
record Choice(int index, String text, List<TokenLogprob> logprobs, StopReason reason) {}
