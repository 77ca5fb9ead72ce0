/** Text for encoders: tokenizes texts and pairs of texts, and shortens vectors. */
@NullMarked
package io.baseload.chat.encoding;

import org.jspecify.annotations.NullMarked;
