/**
 * The append-only, hash-chained trail: intents, outcomes and admin acts, and its verification.
 */
@NullMarked
package io.baseload.service.audit;

import org.jspecify.annotations.NullMarked;
