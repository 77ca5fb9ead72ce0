/**
 * Holds the engine and the words layer against reference outputs in folders: {@code bin/conformance}. Lives with the tests, not in the product.
 *
 * <p>A {@link FolderLayout} knows one kind of folder by its content and makes {@link Suite suites} of it; a suite counts its cases in a {@link Tally}.
 */
@NullMarked
package io.baseload.conformance;

import org.jspecify.annotations.NullMarked;
