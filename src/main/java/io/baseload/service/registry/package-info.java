/**
 * Models on disk and in memory: the catalog, imports, pulls, loads, and the jobs that do them. Of an alias it knows only the local model.
 */
@NullMarked
package io.baseload.service.registry;

import org.jspecify.annotations.NullMarked;
