/**
 * Calls the service's own API in process: for packages that present it in another form and must not have rules of their own.
 */
@NullMarked
package io.baseload.service.api;

import org.jspecify.annotations.NullMarked;
