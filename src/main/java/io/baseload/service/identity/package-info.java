/**
 * People known to identity providers: whose tokens are accepted, and which rights they grant here.
 */
@NullMarked
package io.baseload.service.identity;

import org.jspecify.annotations.NullMarked;
