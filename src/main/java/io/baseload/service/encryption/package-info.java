/**
 * Secrets that have to lie in the database lie there sealed: AES-256-GCM by the JDK, under keys that the database does not have.
 */
@NullMarked
package io.baseload.service.encryption;

import org.jspecify.annotations.NullMarked;
