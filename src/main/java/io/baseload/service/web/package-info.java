/**
 * The common part of all HTTP APIs: authentication, error format, request ids, limits on bodies.
 */
@NullMarked
package io.baseload.service.web;

import org.jspecify.annotations.NullMarked;
