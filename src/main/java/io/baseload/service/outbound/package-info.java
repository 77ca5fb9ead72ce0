/**
 * Calls to other servers: the HTTP clients for them, and the rules for all calls that an operator can cause: which hosts may be reached, and where their keys are kept. Only the
 * configuration of the service decides that; operators who use its API can't.
 */
@NullMarked
package io.baseload.service.outbound;

import org.jspecify.annotations.NullMarked;
