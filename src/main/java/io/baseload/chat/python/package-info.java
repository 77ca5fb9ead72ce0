/**
 * The part of Python that chat templates use: values, operators, comparisons, the methods of texts, lists and dicts, and the printed forms of all of them, as CPython gives them. Each operation
 * is charged to a {@link io.baseload.chat.python.Budget}.
 *
 * <p>Knows no templates. No reflection and no access to Java objects.
 */
@NullMarked
package io.baseload.chat.python;

import org.jspecify.annotations.NullMarked;
