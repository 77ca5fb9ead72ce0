/**
 * Tenants, API keys and roles: who is asking.
 */
@NullMarked
package io.baseload.service.tenant;

import org.jspecify.annotations.NullMarked;
