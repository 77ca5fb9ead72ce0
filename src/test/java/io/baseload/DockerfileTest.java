package io.baseload;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The image's health check, run outside an image. */
class DockerfileTest {
    private static final Pattern CHECK = Pattern.compile("HEALTHCHECK [^\\[]*CMD (\\[.*])");

    @Test
    void theImageIsHealthyWhenTheServiceIsReady() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var status = new int[] {200};
        server.createContext("/actuator/health/readiness", exchange -> {
            exchange.sendResponseHeaders(status[0], -1);
            exchange.close();
        });
        server.start();
        int port = server.getAddress().getPort();
        assertThat(check(port)).isZero();
        status[0] = 503;
        assertThat(check(port)).isNotZero();
        server.stop(0);
        assertThat(check(port)).isNotZero();
    }

    /** The exit code. */
    private static int check(int port) throws Exception {
        var line = CHECK.matcher(Files.readString(Path.of("Dockerfile")));
        assertThat(line.find()).isTrue();
        var command = List.of(new JsonMapper().readValue(line.group(1), String[].class));
        var process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().put("BASELOAD_MANAGEMENT_PORT", String.valueOf(port));
        return process.start().waitFor();
    }
}
