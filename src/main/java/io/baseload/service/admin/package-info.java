/**
 * The admin HTTP API below {@code /admin/v1}, and the witness for other trails.
 */
@NullMarked
package io.baseload.service.admin;

import org.jspecify.annotations.NullMarked;
