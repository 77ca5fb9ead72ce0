package io.baseload.service.registry;

/** Where a job tells how far it is. */
interface Progress {
    /** Nobody watches. */
    Progress IGNORED = (fraction, message) -> {};

    /**
     * @param fraction from 0 to 1
     * @throws JobCancelledException if somebody cancelled the job: it cleans up and ends
     */
    void at(double fraction, String message);
}
