/**
 * The only path from outside to a model: adds tenant, quota, filters and audit to {@code chat.api.Completions}.
 */
@NullMarked
package io.baseload.service.inference;

import org.jspecify.annotations.NullMarked;
