package io.baseload.service.web;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The limits of a request's body.
 *
 * @param kept whether it is in memory until its request ends, or passed on as it comes
 * @param time for it to arrive
 * @param bytesPerSecond the time is extended by a second for each this many bytes that have arrived; 0 = not at all
 */
record BodyTerms(long maxBytes, boolean kept, Duration time, long bytesPerSecond) {
    private static final Duration MAX_TIME = Duration.ofSeconds(60);
    /** A form; if it has a file, its boundaries, headers and other fields. */
    private static final long MAX_FORM_BYTES = 64 << 10;

    private static final long MIN_UPLOAD_RATE = 64 << 10;

    static final BodyTerms USUAL = new BodyTerms(BodyLimit.MAX_BYTES, true, MAX_TIME, 0);
    static final BodyTerms FORM = new BodyTerms(MAX_FORM_BYTES, true, MAX_TIME, 0);

    static BodyTerms ofUpload(long maxFile) {
        return new BodyTerms(maxFile + MAX_FORM_BYTES, false, MAX_TIME, MIN_UPLOAD_RATE);
    }

    /** The time for a body of which this many bytes have arrived. */
    long nanos(long arrived) {
        return time.toNanos() + (bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(arrived) / bytesPerSecond);
    }

    ApiException tooLarge() {
        String most = maxBytes < 1 << 20 ? (maxBytes >> 10) + " KB" : (maxBytes >> 20) + " MB";
        return ApiException.refused(413, "request_too_large", "The body is larger than " + most + ".");
    }
}
