/**
 * Filters on what models are asked and what they answer: an ordered chain of them for each tenant. Each filter allows, redacts or blocks, and says so in a verdict that holds no
 * text.
 */
@NullMarked
package io.baseload.service.guardrail;

import org.jspecify.annotations.NullMarked;
