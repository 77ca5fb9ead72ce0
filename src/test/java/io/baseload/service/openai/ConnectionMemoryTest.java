package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** As many connections as there may be, each with a request whose body doesn't come, take no more than a quarter of the heap. */
@ScriptedTest
class ConnectionMemoryTest {
    private static final int CONNECTIONS = 1000;
    private static final String WITHOUT_BODY = """
        POST /v1/chat/completions HTTP/1.1
        Host: localhost
        Authorization: Bearer bl_user
        Content-Type: application/json
        Content-Length: 500
        Expect: 100-continue

        """.replace("\n", "\r\n");

    @LocalServerPort
    private int port;

    @Autowired
    private ServletWebServerApplicationContext context;

    private final List<RawConnection> open = new ArrayList<>();

    @Test
    void allConnectionsFitIntoAQuarterOfTheHeap() throws Exception {
        try {
            begin(100);
            long before = used();
            begin(CONNECTIONS);
            long each = (used() - before) / CONNECTIONS;
            assertThat(each).isPositive();
            assertThat(each * maxConnections())
                    .as("%,d connections of %,d bytes", maxConnections(), each)
                    .isLessThan(Runtime.getRuntime().maxMemory() / 4);
        } finally {
            for (RawConnection connection : open) {
                connection.close();
            }
        }
    }

    /** Each has a thread that waits for the body. */
    private void begin(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var connection = new RawConnection(port);
            open.add(connection);
            connection.send(WITHOUT_BODY);
            assertThat(connection.readThrough("\r\n\r\n")).startsWith("HTTP/1.1 100");
        }
    }

    private long maxConnections() {
        var connector = ((TomcatWebServer) context.getWebServer()).getTomcat().getConnector();
        return Long.parseLong(String.valueOf(connector.getProperty("maxConnections")));
    }

    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
