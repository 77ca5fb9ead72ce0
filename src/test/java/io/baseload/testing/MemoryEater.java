package io.baseload.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that writes a file, and whose second thread runs out of memory. It needs no other class. */
final class MemoryEater {
    private MemoryEater() {}

    /** Ends only if the JVM does. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Files.writeString(Path.of("written"), String.join(" ", args));
        var eater = new Thread(() -> {
            Object eaten = args;
            while (true) {
                eaten = new Object[] {eaten, new byte[1 << 20]};
            }
        });
        eater.start();
        eater.join();
        Thread.sleep(Long.MAX_VALUE);
    }
}
