/**
 * The processes on one database: which are alive, by leases that they renew, and which models each has loaded.
 */
@NullMarked
package io.baseload.service.cluster;

import org.jspecify.annotations.NullMarked;
