/**
 * The web console: pages for people. Each page shows the API's answers to the same caller, and makes changes by calling the API. The console has no rules and no
 * SQL of its own. It records sign-ins itself, because the API knows no sessions.
 */
@NullMarked
package io.baseload.service.console;

import org.jspecify.annotations.NullMarked;
