package io.baseload.conformance;

import java.util.Locale;
import java.util.Optional;

/** Cases of one suite, as they are counted. */
final class Tally {
    private static final int MAX_LENGTH = 400;

    private int passed;
    private int failed;
    private double largestDifference = Double.NaN;
    private Optional<String> firstFailure = Optional.empty();
    private Optional<String> remark = Optional.empty();
    private Optional<String> withoutCases = Optional.empty();

    void pass() {
        passed++;
    }

    void fail(String why) {
        failed++;
        firstFailure = firstFailure.or(() -> Optional.of(why));
    }

    /** Counts a case of several conditions: the first problem, or empty. */
    void count(String id, Optional<String> problem) {
        problem.ifPresentOrElse(why -> fail(id + ": " + why), this::pass);
    }

    /** Keeps the largest difference to the reference that was seen; NaN counts as infinite. */
    void difference(double value) {
        double seen = Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
        largestDifference = Double.isNaN(largestDifference) ? seen : Math.max(largestDifference, seen);
    }

    /** A remark that is not a failure. */
    void remark(String text) {
        remark = Optional.of(text);
    }

    /** Declares that there is nothing to count; a suite that counts nothing without this has failed. */
    void withoutCases(String why) {
        withoutCases = Optional.of(why);
    }

    /** NaN if none was noted. */
    double largestDifference() {
        return largestDifference;
    }

    int passed() {
        return passed;
    }

    int failed() {
        return failed;
    }

    String line(String name) {
        return withoutCases
                .filter(_ -> passed + failed == 0)
                .map(why -> "----  " + name + "  " + why)
                .orElseGet(() -> counted(name));
    }

    private String counted(String name) {
        return (failed == 0 && passed > 0 ? "PASS  " : "FAIL  ")
                + name
                + String.format(Locale.ROOT, "  %d of %d cases", passed, passed + failed)
                + (Double.isNaN(largestDifference)
                        ? ""
                        : String.format(Locale.ROOT, ", largest difference %.2g", largestDifference))
                + remark.map(text -> ", " + text).orElse("")
                + firstFailure.map(why -> ", first failure: " + shortened(why)).orElse("");
    }

    private static String shortened(String text) {
        String line = text.replace("\n", "\\n").replace("\r", "\\r");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
    }
}
