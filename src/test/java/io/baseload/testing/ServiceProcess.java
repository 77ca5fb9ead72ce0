package io.baseload.testing;

import io.baseload.tools.Rest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The whole service in a process of its own, which can be killed or limited. */
public final class ServiceProcess implements AutoCloseable {
    private static final Pattern ANSWERS = Pattern.compile("Baseload answers at (http://[^\\s\"]+)");

    private final Process process;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> address = new CompletableFuture<>();

    private ServiceProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    /** @param limits shell commands that run before the service, such as {@code ulimit -f 1000}; may be empty */
    public static ServiceProcess start(Path home, String limits, String... properties) throws IOException {
        MigratedHome.fill(home, properties);
        return start(
                home, limits, List.of("--add-modules=jdk.incubator.vector"), RunningService.onOneThread(properties));
    }

    /** Without an engine, and so without the Vector API, as {@code bin/baseload} starts it; and without the optimizing compiler, which costs a third of a start. */
    public static ServiceProcess gateway(Path home, String... properties) throws IOException {
        MigratedHome.fill(home, properties);
        return start(home, "", List.of("-Dbaseload.engine.enabled=false", "-XX:TieredStopAtLevel=1"), properties);
    }

    /** On a machine where it never was. */
    public static ServiceProcess onEmpty(Path home, String limits, String... properties) throws IOException {
        return start(home, limits, List.of("--add-modules=jdk.incubator.vector"), properties);
    }

    private static ServiceProcess start(Path home, String limits, List<String> flags, String... properties)
            throws IOException {
        List<String> java = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        java.addAll(flags);
        java.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.baseload.cli.Main",
                "serve",
                "--server.port=0",
                "--baseload.home=" + home,
                "--baseload.model.warm-up=false",
                "--baseload.bootstrap-key=" + RunningService.KEY));
        java.addAll(Patience.arguments());
        for (String property : properties) {
            java.add("--" + property);
        }
        List<String> command = new ArrayList<>(List.of("bash", "-c", limits + "\nexec \"$@\"", "service"));
        command.addAll(java);
        return new ServiceProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                Matcher found = ANSWERS.matcher(line);
                if (found.find()) {
                    address.complete(found.group(1));
                }
            }
        } catch (IOException e) {
            log.add(e.toString());
        }
        address.completeExceptionally(new IOException("the service ended:\n" + log()));
    }

    /** Waits until it answers. As the operator. */
    public Rest rest() throws Exception {
        return new Rest(address.get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES), RunningService.KEY);
    }

    public String log() {
        return String.join("\n", log);
    }

    /** {@code kill -9} */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * {@code kill -TERM}
     *
     * @return its exit code, when it has ended
     */
    public CompletableFuture<Integer> terminate() {
        process.destroy();
        return process.onExit().thenApply(Process::exitValue);
    }

    /** {@code kill -TERM}, and waits. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES)) {
            kill();
        }
    }
}
