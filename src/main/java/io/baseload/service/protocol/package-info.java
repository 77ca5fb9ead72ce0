/**
 * What the protocols in which a model may be asked have in common: how a body is read field by field, how a request becomes an answer, and how the answer is sent whole or
 * as a stream. A protocol brings a parser, which makes a {@link io.baseload.service.protocol.ParsedRequest} of a body, and a
 * {@link io.baseload.service.protocol.Shape}, which says what the answer looks like.
 */
@NullMarked
package io.baseload.service.protocol;

import org.jspecify.annotations.NullMarked;
