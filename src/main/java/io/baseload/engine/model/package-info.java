/**
 * The computation of a step: a decoder made of blocks, each written like its equations, over a ragged batch of rows.
 *
 * <p>No file formats, no threads of its own, no sampling.
 */
@NullMarked
package io.baseload.engine.model;

import org.jspecify.annotations.NullMarked;
