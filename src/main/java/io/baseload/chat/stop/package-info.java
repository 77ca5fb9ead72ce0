/**
 * Bytes to whole characters, and stop texts: what may be sent on, and what must be held back.
 */
@NullMarked
package io.baseload.chat.stop;

import org.jspecify.annotations.NullMarked;
