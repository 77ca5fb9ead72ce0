/**
 * Models on disk and in memory, jobs, aliases and swap.
 */
@NullMarked
package io.baseload.service.registry;

import org.jspecify.annotations.NullMarked;
