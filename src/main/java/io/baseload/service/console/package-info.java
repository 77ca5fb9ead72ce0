/**
 * The web console: pages for people. Each shows what the service's API answers to the same caller, and changes things by asking the API; it has no rules and no SQL of
 * its own.
 */
@NullMarked
package io.baseload.service.console;

import org.jspecify.annotations.NullMarked;
