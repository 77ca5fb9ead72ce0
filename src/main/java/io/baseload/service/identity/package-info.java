/**
 * People, as identity providers know them: whose tokens are believed, and what they give here.
 */
@NullMarked
package io.baseload.service.identity;

import org.jspecify.annotations.NullMarked;
