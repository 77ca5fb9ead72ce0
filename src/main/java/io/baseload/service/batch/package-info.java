/**
 * Files and batches in the form of OpenAI's routes {@code /v1/files} and {@code /v1/batches}: requests in a file, one a line, that nobody waits for, and their answers in another file. Files lie in the
 * database in pieces, sealed with their tenant's own key.
 */
@NullMarked
package io.baseload.service.batch;

import org.jspecify.annotations.NullMarked;
