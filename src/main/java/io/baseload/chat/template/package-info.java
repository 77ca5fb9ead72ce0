/**
 * Chat templates: an interpreter for the part of Jinja that models use. No reflection and no access to Java objects; bounded by fuel, depth and output size.
 */
@NullMarked
package io.baseload.chat.template;

import org.jspecify.annotations.NullMarked;
