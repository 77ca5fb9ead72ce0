/**
 * The service's own API, asked in process: for whoever shows it in another form, and must not have rules of its own.
 */
@NullMarked
package io.baseload.service.api;

import org.jspecify.annotations.NullMarked;
