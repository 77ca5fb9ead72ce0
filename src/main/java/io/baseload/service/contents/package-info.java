/**
 * Prompts and answers, for tenants that want them kept: apart from the audit trail, sealed, and erasable. The trail has salted digests of them.
 */
@NullMarked
package io.baseload.service.contents;

import org.jspecify.annotations.NullMarked;
