/**
 * What holds whenever this service asks another server because an operator said so: which hosts may be reached at all, and where keys for them are kept. Who configures
 * the service decides that; who operates it by its API can't.
 */
@NullMarked
package io.baseload.service.outbound;

import org.jspecify.annotations.NullMarked;
