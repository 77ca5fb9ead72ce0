/**
 * Models on disk and in memory, jobs, aliases and swaps.
 */
@NullMarked
package io.baseload.service.registry;

import org.jspecify.annotations.NullMarked;
