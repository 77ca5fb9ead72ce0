/**
 * Encrypts secrets that are stored in the database: AES-256-GCM by the JDK, with keys that are not in the database.
 */
@NullMarked
package io.baseload.service.encryption;

import org.jspecify.annotations.NullMarked;
