/**
 * The processes on one database: who lives, by leases that are renewed, and what each has loaded.
 */
@NullMarked
package io.baseload.service.cluster;

import org.jspecify.annotations.NullMarked;
