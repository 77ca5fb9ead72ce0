/**
 * Chat templates: a parser and an interpreter for the part of Jinja that models use, with Jinja's filters, tests and global functions. The values and their methods are those of {@link
 * io.baseload.chat.python}. Bounded by fuel, depth and output size.
 */
@NullMarked
package io.baseload.chat.template;

import org.jspecify.annotations.NullMarked;
