package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.test.context.TestPropertySource;

/** Clients that never finish what they begin, more of them than there may be connections: others are answered. */
@ScriptedTest
@Import(SlowClientsTest.Forms.class)
@TestPropertySource(
        properties = {
            "server.tomcat.connection-timeout=5s",
            "server.tomcat.max-connections=40",
            "baseload.management-port=0"
        })
class SlowClientsTest {
    private static final String ASK = """
        {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}\
        """;
    private static final String FORM = "POST /form HTTP/1.1\r\nHost: x\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s";
    private static final String LIVENESS = "/actuator/health/liveness";

    /** The console's filter, which reads a form before anybody has signed in. */
    static class Forms {
        @Bean
        FilterRegistrationBean<CsrfFilter> csrf() {
            var csrf = new CsrfFilter(new CookieCsrfTokenRepository());
            csrf.setRequestHandler(new CsrfTokenRequestAttributeHandler());
            var filter = new FilterRegistrationBean<>(csrf);
            filter.addUrlPatterns("/form");
            filter.setOrder(SecurityFilterProperties.DEFAULT_FILTER_ORDER - 1);
            return filter;
        }
    }

    @LocalServerPort
    private int port;

    @Autowired
    private ServletWebServerApplicationContext context;

    private final OpenConnections slow = new OpenConnections();

    @AfterEach
    void close() throws IOException {
        slow.close();
    }

    private void othersAreAnswered(String trickled) throws Exception {
        for (int i = 0; i < 5; i++) {
            slow.trickle(trickled);
            assertThat(answered(RawConnection.post("/v1/chat/completions", ASK, "Connection: close\r\n")))
                    .isTrue();
            assertThat(answered("GET " + LIVENESS + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .isTrue();
        }
    }

    /** On a machine so busy that an honest client takes seconds it may be cut off too, and asks again. */
    private boolean answered(String request) {
        for (int i = 0; i < 20; i++) {
            try (var connection = new RawConnection(port)) {
                connection.send(request);
                if (connection.readAll().startsWith("HTTP/1.1 200")) {
                    return true;
                }
            } catch (IOException cutOff) {
                // again
            }
        }
        return false;
    }

    @Test
    void aHeaderHasToComeAsAWhole() throws Exception {
        slow.begin(port, OpenConnections.HALF_A_HEADER);
        for (int i = 0; i < 3000 && !slow.all().isEmpty(); i++) {
            Thread.sleep(100);
            slow.trickle("b");
        }
        assertThat(slow.all()).isEmpty();
    }

    @Test
    void headersThatNeverEndKeepNobodyOut() throws Exception {
        slow.begin(port, 100, OpenConnections.HALF_A_HEADER);
        othersAreAnswered("b");
    }

    @Test
    void bodiesThatNeverEndKeepNobodyOut() throws Exception {
        slow.begin(port, 100, OpenConnections.HALF_A_BODY);
        othersAreAnswered(" ");
    }

    @Test
    void formsThatNeverEndKeepNobodyOut() throws Exception {
        slow.begin(port, 100, FORM.formatted(500, "a"));
        othersAreAnswered("b");
    }

    /** Tomcat alone would take the announced bytes at once. */
    @Test
    void aLargeFormIsRefusedBeforeItComes() throws Exception {
        assertThat(beginning(FORM.formatted(2_000_000, "a"))).startsWith("HTTP/1.1 413");
        assertThat(beginning(FORM.formatted(2003, "a&".repeat(1001) + "b")))
                .startsWith("HTTP/1.1 400")
                .contains("A form has at most 1000 fields.");
    }

    @Test
    void theFieldsOfAFormAreRead() throws Exception {
        String token = "3f0e7a4c-1b2d-4c5e-8f60-718293a4b5c6";
        String form = FORM.replace("Host: x\r\n", "Host: x\r\nCookie: XSRF-TOKEN=" + token + "\r\n");
        String right = "a=%C3%A4+b&_csrf=" + token + "&_csrf=c";
        assertThat(beginning(form.formatted(right.length(), right))).startsWith("HTTP/1.1 401"); // past the filter
        String wrong = "_csrf=" + token.replace('3', '4');
        assertThat(beginning(form.formatted(wrong.length(), wrong))).startsWith("HTTP/1.1 403");
        assertThat(beginning(form.formatted(3, "a=%"))).startsWith("HTTP/1.1 400");
    }

    private String beginning(String request) throws IOException {
        try (var connection = new RawConnection(port)) {
            connection.send(request);
            return connection.readThrough("}}");
        }
    }

    @Test
    void connectionsWithoutARequestKeepNobodyOut() throws Exception {
        slow.begin(port, 100, "");
        othersAreAnswered("");
    }

    @Test
    void theRestOfARefusedBodyKeepsNobodyOut() throws Exception {
        slow.begin(port, 100, OpenConnections.HALF_A_BODY.replace("bl_user", "wrong"));
        othersAreAnswered(" ");
    }

    private static void assertStatus(int status, Callable<Web.Reply> asking) {
        assertThat(Patience.await()
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(asking, reply -> true)
                        .status())
                .isEqualTo(status);
    }

    @Test
    void probesHaveAPortOfTheirOwn() throws Exception {
        int management = ((TomcatWebServer) context.getWebServer())
                .getTomcat()
                .getService()
                .findConnectors()[1]
                .getLocalPort();
        slow.begin(port, 40, OpenConnections.HALF_A_BODY);
        assertStatus(200, () -> new Web(management).get(LIVENESS, "no-key"));
        assertStatus(404, () -> new Web(management).get("/v1/models", Web.USER));
        assertStatus(404, () -> new Web(management).chat(ASK));
    }
}
