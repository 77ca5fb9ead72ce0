/**
 * Brings models from where they are kept into a folder: a Hugging Face hub or a mirror of one, an OCI registry, or plain URLs. What it may reach, how fast, how the files are checked.
 * It knows neither tables nor requests, and the command line uses it too.
 */
@NullMarked
package io.baseload.service.pull;

import org.jspecify.annotations.NullMarked;
