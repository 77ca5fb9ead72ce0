package io.baseload.testcontainers;

import java.security.SecureRandom;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The service with its bundled model and an embedded PostgreSQL. The container counts as started when the service is ready to answer. Its data are lost when it stops.
 *
 * <p>With {@code @ServiceConnection}, the application's OpenAI models of Spring AI use it. The name of the bundled model is {@code default}.
 */
public class BaseloadContainer extends GenericContainer<BaseloadContainer> {
    static final String IMAGE = "baseload";
    static final int API_PORT = 8080;
    static final String KEY_VARIABLE = "BASELOAD_BOOTSTRAP_KEY";
    private static final int MANAGEMENT_PORT = 8081;
    private static final String BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int KEY_LENGTH = 43;

    /** @param image such as {@code baseload:0.1.0}; an image with another name must be declared a substitute for {@code baseload} */
    public BaseloadContainer(DockerImageName image) {
        super(image);
        image.assertCompatibleWith(DockerImageName.parse(IMAGE));
        addExposedPorts(API_PORT, MANAGEMENT_PORT);
        withApiKey(randomKey());
        waitingFor(Wait.forHttp("/actuator/health/readiness").forPort(MANAGEMENT_PORT));
        withStartupTimeout(Duration.ofMinutes(5));
    }

    /** @param image such as {@code baseload:0.1.0} */
    public BaseloadContainer(String image) {
        this(DockerImageName.parse(image));
    }

    /** Sets the service's first key, instead of a random one: 12 to 256 printable ASCII characters without spaces. */
    public BaseloadContainer withApiKey(String key) {
        return withEnv(KEY_VARIABLE, key);
    }

    /** The service's first key: of an operator, and user of the tenant {@code default}. */
    public String getApiKey() {
        return getEnvMap().get(KEY_VARIABLE);
    }

    /** The base URL of OpenAI's protocol: {@code http://HOST:PORT/v1}. */
    public String getBaseUrl() {
        return "http://" + getHost() + ":" + getMappedPort(API_PORT) + "/v1";
    }

    private static String randomKey() {
        StringBuilder key = new StringBuilder("bl_");
        new SecureRandom().ints(KEY_LENGTH, 0, BASE_62.length()).forEach(i -> key.append(BASE_62.charAt(i)));
        return key.toString();
    }
}
