/**
 * The admin API for operators' assistants, by the Model Context Protocol: each tool asks one of its routes, as the caller. Nothing here decides who may do what.
 */
@NullMarked
package io.baseload.service.mcp;

import org.jspecify.annotations.NullMarked;
