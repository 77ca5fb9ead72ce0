/**
 * The command line. Uses engine and chat directly; only {@code serve} starts the service.
 */
@NullMarked
package io.baseload.cli;

import org.jspecify.annotations.NullMarked;
