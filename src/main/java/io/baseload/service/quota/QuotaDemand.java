package io.baseload.service.quota;

/**
 * What a request will ask for at least, before it is known exactly.
 *
 * @param answers how many are generated at the same time
 */
public record QuotaDemand(String tenant, int answers, long tokens) {}
