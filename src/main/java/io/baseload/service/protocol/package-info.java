/**
 * The common part of the protocols for using models: reading a body field by field, turning a request into an answer, and sending the answer whole or as a stream. A protocol
 * provides a parser, which turns a body into a {@link io.baseload.service.protocol.ParsedRequest}, and a {@link io.baseload.service.protocol.AnswerForm}, which defines the form of the
 * answer.
 */
@NullMarked
package io.baseload.service.protocol;

import org.jspecify.annotations.NullMarked;
