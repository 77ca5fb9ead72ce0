package io.baseload.service.registry;

import java.net.URL;

/**
 * The model that comes with the service and is imported into an empty registry.
 *
 * @param id its id in the registry
 * @param alias the alias that points to it at first
 * @param sha256 the expected hash of its file
 * @param file where it is: a file, or an entry of the executable jar
 */
public record BundledModel(String id, String alias, String sha256, URL file) {}
