/**
 * Filters on requests and answers: an ordered chain for each tenant. Each filter allows, redacts or blocks, and reports this in a verdict that contains no text.
 */
@NullMarked
package io.baseload.service.guardrail;

import org.jspecify.annotations.NullMarked;
