/**
 * Token budgets: reserved before the first token, settled after the last, exact under concurrency and crashes.
 */
@NullMarked
package io.baseload.service.quota;

import org.jspecify.annotations.NullMarked;
