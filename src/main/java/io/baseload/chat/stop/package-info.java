/**
 * Bytes to whole characters, and stop texts: decides which text may be sent and which must be held back.
 */
@NullMarked
package io.baseload.chat.stop;

import org.jspecify.annotations.NullMarked;
