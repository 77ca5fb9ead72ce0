package io.baseload.service.registry;

import java.net.URL;

/**
 * The model that a service comes with: an empty registry begins with it.
 *
 * @param id its id in the registry
 * @param alias the alias that points to it at first
 * @param sha256 what its file must hash to
 * @param file where it is: a file, or an entry of the executable jar
 */
public record BundledModel(String id, String alias, String sha256, URL file) {}
