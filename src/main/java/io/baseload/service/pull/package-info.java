/**
 * Downloads models into a folder: from a Hugging Face hub or a mirror of one, an OCI registry, or plain URLs, with allowed hosts, bandwidth limits and checks of the files. Knows
 * neither tables nor requests, and the command line uses it too.
 */
@NullMarked
package io.baseload.service.pull;

import org.jspecify.annotations.NullMarked;
