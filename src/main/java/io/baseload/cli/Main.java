package io.baseload.cli;

/** The one entry point of the executable jar. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.err.println("no commands yet");
        System.exit(2);
    }
}
