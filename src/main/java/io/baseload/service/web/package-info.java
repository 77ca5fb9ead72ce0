/**
 * What all HTTP interfaces share: authentication, error form, request ids, limits on bodies.
 */
@NullMarked
package io.baseload.service.web;

import org.jspecify.annotations.NullMarked;
