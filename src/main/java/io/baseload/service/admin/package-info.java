/**
 * The admin HTTP interface below {@code /admin/v1}.
 */
@NullMarked
package io.baseload.service.admin;

import org.jspecify.annotations.NullMarked;
