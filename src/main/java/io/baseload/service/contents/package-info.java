/**
 * Prompts and answers, for tenants that want them kept: apart from the audit trail, sealed, and erasable. The trail has salted digests of them. Responses that their callers want stored are
 * here too, sealed and erasable in the same way.
 */
@NullMarked
package io.baseload.service.contents;

import org.jspecify.annotations.NullMarked;
