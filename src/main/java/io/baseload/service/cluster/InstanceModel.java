package io.baseload.service.cluster;

/**
 * A model of an instance.
 *
 * @param state as in {@code GET /admin/v1/models}
 */
public record InstanceModel(String id, String state) {}
