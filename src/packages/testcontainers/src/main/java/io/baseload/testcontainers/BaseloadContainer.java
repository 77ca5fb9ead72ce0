package io.baseload.testcontainers;

import java.security.SecureRandom;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The service with its bundled model and an embedded PostgreSQL. It is up when it is ready to answer. Nothing outlives the container.
 *
 * <p>With {@code @ServiceConnection} Spring AI's OpenAI models of the application ask it. The name of the bundled model is {@code default}.
 */
public class BaseloadContainer extends GenericContainer<BaseloadContainer> {
    static final String IMAGE = "baseload";
    static final int API_PORT = 8080;
    static final String KEY_VARIABLE = "BASELOAD_BOOTSTRAP_KEY";
    private static final int MANAGEMENT_PORT = 8081;
    private static final String BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int KEY_LENGTH = 43;

    /** @param image such as {@code baseload:0.1.0}; an image of another name has to be declared a substitute for {@code baseload} */
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

    /** The key that the service starts with, instead of a random one: {@code bl_} and 43 letters or digits. */
    public BaseloadContainer withApiKey(String key) {
        return withEnv(KEY_VARIABLE, key);
    }

    /** The key that the service starts with: an operator's, and a user's of the tenant {@code default}. */
    public String getApiKey() {
        return getEnvMap().get(KEY_VARIABLE);
    }

    /** Where OpenAI's protocol begins: {@code http://HOST:PORT/v1}. */
    public String getBaseUrl() {
        return "http://" + getHost() + ":" + getMappedPort(API_PORT) + "/v1";
    }

    private static String randomKey() {
        StringBuilder key = new StringBuilder("bl_");
        new SecureRandom().ints(KEY_LENGTH, 0, BASE_62.length()).forEach(i -> key.append(BASE_62.charAt(i)));
        return key.toString();
    }
}
