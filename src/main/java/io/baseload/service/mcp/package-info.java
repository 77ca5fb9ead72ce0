/**
 * The admin API for operators' assistants, over the Model Context Protocol: each tool calls one of its routes with the caller's rights. Nothing here grants rights.
 */
@NullMarked
package io.baseload.service.mcp;

import org.jspecify.annotations.NullMarked;
