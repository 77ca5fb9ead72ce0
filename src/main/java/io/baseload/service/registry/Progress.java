package io.baseload.service.registry;

/** Where a job tells how far it is. */
@FunctionalInterface
interface Progress {
    /** Nobody watches. */
    Progress IGNORED = (fraction, message) -> {};

    /**
     * @param fraction from 0 to 1
     * @throws JobCancelledException if somebody cancelled the job: it cleans up and ends
     */
    void at(double fraction, String message);

    /** Something that whoever started the job should know in the end. */
    default void remark(String text) {}
}
