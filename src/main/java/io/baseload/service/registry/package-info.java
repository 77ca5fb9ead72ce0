/**
 * Models on disk, jobs, aliases, loaded slots and swap.
 */
@NullMarked
package io.baseload.service.registry;

import org.jspecify.annotations.NullMarked;
