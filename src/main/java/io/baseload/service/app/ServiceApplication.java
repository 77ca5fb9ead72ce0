package io.baseload.service.app;

import org.springframework.ai.mcp.server.common.autoconfigure.McpServerStatelessAutoConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;

/**
 * The service. Its components are classes of their own, so the scan at each start skips nested ones. Transactions begin in code, and {@code McpConfiguration} has its own server. They are
 * excluded here because a user's {@code spring.autoconfigure.exclude} would replace one of {@code application.yml}.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = {TransactionAutoConfiguration.class, McpServerStatelessAutoConfiguration.class})
@ComponentScan(basePackages = "io.baseload.service", resourcePattern = "**/{name:[^$]+}.class")
public class ServiceApplication {
    public static void main(String[] args) {
        SpringApplication.run(ServiceApplication.class, args);
    }
}
