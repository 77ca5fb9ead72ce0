/**
 * The admin HTTP interface below {@code /admin/v1}, and the witness of other trails.
 */
@NullMarked
package io.baseload.service.admin;

import org.jspecify.annotations.NullMarked;
