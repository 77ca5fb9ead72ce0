package io.baseload.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** The cases of one model, file or list. */
record Suite(String name, Body body) {
    /** Runs cases and counts them. */
    @FunctionalInterface
    interface Body {
        void run(Tally tally) throws Exception;
    }

    /** A suite that this version can't run: all its cases count as failed. */
    static Suite unsupported(String name, int cases, String reason) {
        return new Suite(name, tally -> {
            for (int i = 0; i < cases; i++) {
                tally.fail(reason);
            }
        });
    }

    /** The product does not claim to support this: one line with the reason, neither passed nor failed. */
    static Suite withoutCases(String name, String reason) {
        return new Suite(name, tally -> tally.withoutCases(reason));
    }

    /** Counts an exception of the body as one more failed case. */
    void check(Tally tally) {
        try {
            body.run(tally);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            tally.fail("stopped by " + firstLines(e));
        }
    }

    private static String firstLines(Throwable thrown) {
        if (thrown instanceof IOException || thrown instanceof io.baseload.engine.api.ModelFileException) {
            return thrown.toString();
        }
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString()
                .lines()
                .limit(4)
                .map(String::strip)
                .reduce((a, b) -> a + " | " + b)
                .orElse("");
    }
}
