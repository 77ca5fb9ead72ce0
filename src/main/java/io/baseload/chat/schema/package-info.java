/**
 * JSON Schema (2020-12) to grammars: what an answer must look like so that it parses and validates.
 */
@NullMarked
package io.baseload.chat.schema;

import org.jspecify.annotations.NullMarked;
