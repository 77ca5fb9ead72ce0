package io.baseload.service.quota;

/**
 * The needs of a request, or a lower bound before they are known exactly.
 *
 * @param model the id of the model that answers
 * @param batch whether it gets only the capacity that interactive requests leave
 * @param answers how many are generated at the same time
 * @param completionTokens of all answers together
 */
public record QuotaDemand(
        String tenant,
        String keyPrefix,
        String model,
        boolean batch,
        int answers,
        long promptTokens,
        long completionTokens) {

    /** Needs nothing; its decision has the windows of all models as they are. */
    public static QuotaDemand nothing(String tenant, String keyPrefix) {
        return new QuotaDemand(tenant, keyPrefix, "", false, 0, 0, 0);
    }

    boolean isNothing() {
        return answers == 0;
    }

    long tokens() {
        return promptTokens + completionTokens;
    }
}
