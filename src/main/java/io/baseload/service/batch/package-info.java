/**
 * Files and batches in the form of OpenAI's routes {@code /v1/files} and {@code /v1/batches}: requests in a file, one per line, that are run when nobody waits, and their answers
 * in another file. Files are stored in the database in pieces, encrypted with their tenant's own key.
 */
@NullMarked
package io.baseload.service.batch;

import org.jspecify.annotations.NullMarked;
