/**
 * The computation: a decoder put together of blocks, each of which reads like its equations, over a ragged batch of rows.
 *
 * <p>No file formats, no threads of its own, no sampling.
 */
@NullMarked
package io.baseload.engine.model;

import org.jspecify.annotations.NullMarked;
