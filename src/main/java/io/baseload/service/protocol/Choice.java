package io.baseload.service.protocol;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.StopReason;
import java.util.Optional;

/**
 * A complete choice.
 *
 * @param stopText the stop text that ended it, if one did
 */
public record Choice(int index, AnswerBuilder answer, StopReason reason, Optional<String> stopText) {}
