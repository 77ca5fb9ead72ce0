/**
 * Tenants, API keys and roles: who is calling.
 */
@NullMarked
package io.baseload.service.tenant;

import org.jspecify.annotations.NullMarked;
