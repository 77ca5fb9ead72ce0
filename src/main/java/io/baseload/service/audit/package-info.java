/**
 * The append-only, hash-chained audit trail of intents, outcomes and administrative actions, and its verification.
 */
@NullMarked
package io.baseload.service.audit;

import org.jspecify.annotations.NullMarked;
