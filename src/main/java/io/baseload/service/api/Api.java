package io.baseload.service.api;

import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import io.baseload.service.web.KeyAuthentication;
import io.baseload.service.web.RouteAccess;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls the service's API within another request, such as for a page, as the same caller: with the same table of routes, controllers and error format as requests from outside. So
 * nobody can do more here than with a key and curl, and the messages of refusals are the same.
 */
@Component
public final class Api {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // amounts of money keep their digits
            .build();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** The request's attribute that records a forbidden call. */
    private static final String FORBIDDEN = Api.class.getName() + ".forbidden";

    private final ObjectProvider<DispatcherServlet> servlet;

    Api(ObjectProvider<DispatcherServlet> servlet) {
        this.servlet = servlet;
    }

    /** Whether the caller may call this at all. */
    public boolean allows(String method, String path) {
        return SecurityContextHolder.getContext().getAuthentication() instanceof KeyAuthentication key
                && RouteAccess.allows(key.getPrincipal(), method, path);
    }

    /**
     * The answer of a route.
     *
     * @param route with a query, and with variables such as <code>{id}</code>
     * @throws Refused if it is refused
     */
    public Map<String, Object> get(String route, Object... variables) {
        return send("GET", null, route, variables);
    }

    /** The items in the answer of a list's route. */
    public List<Map<String, Object>> list(String route, Object... variables) {
        return data(get(route, variables));
    }

    /** The items in a part of a list. */
    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> data(Map<String, Object> page) {
        return (List<Map<String, Object>>) page.getOrDefault("data", List.of());
    }

    /**
     * Calls a route that changes something.
     *
     * @param body written as JSON; null = none
     * @throws Refused if it is refused
     */
    public Map<String, Object> send(String method, @Nullable Object body, String route, Object... variables) {
        JsonNode answer = ask(method, body, route, variables);
        return answer.isObject() ? JSON.convertValue(answer, OBJECT) : Map.of();
    }

    /** Converts an answer to a type of another room. */
    public <T> T send(Class<T> type, Object body, String route) {
        return JSON.convertValue(ask("POST", body, route), type);
    }

    private JsonNode ask(String method, @Nullable Object body, String route, Object... variables) {
        var page = (ServletRequestAttributes) RequestContextHolder.currentRequestAttributes();
        var response = new ApiResponse(Optional.ofNullable(page.getResponse()).orElseThrow());
        serve(
                request(
                        page.getRequest(),
                        method,
                        body == null ? new byte[0] : Json.bytes(body),
                        MediaType.APPLICATION_JSON_VALUE,
                        route,
                        variables),
                response);
        byte[] text = response.body();
        JsonNode answer = text.length == 0 ? JSON.missingNode() : JSON.readTree(text);
        if (response.getStatus() == HttpServletResponse.SC_FORBIDDEN) {
            page.getRequest().setAttribute(FORBIDDEN, true);
        }
        if (response.getStatus() >= 400) {
            throw new Refused(
                    response.getStatus(), answer.path("error").path("message").asString("The request was refused."));
        }
        return answer;
    }

    /** Lets a route answer the browser itself: streams and files. */
    public void pass(
            HttpServletRequest page,
            HttpServletResponse response,
            String method,
            byte[] body,
            String accept,
            String route,
            Object... variables) {
        serve(request(page, method, body, accept, route, variables), response);
    }

    private static ApiRequest request(
            HttpServletRequest page, String method, byte[] body, String accept, String route, Object... variables) {
        return new ApiRequest(
                page,
                method,
                UriComponentsBuilder.fromUriString(route).encode().buildAndExpand(variables),
                body,
                accept);
    }

    /** Whether any call for a page was forbidden, even if the page itself is shown. */
    public static boolean hasForbidden(HttpServletRequest page) {
        return page.getAttribute(FORBIDDEN) != null;
    }

    private void serve(ApiRequest request, HttpServletResponse response) {
        if (!allows(request.getMethod(), request.getRequestURI())) {
            request.getRequest().setAttribute(FORBIDDEN, true);
            throw new Refused(403, "This API key or token does not have the role that this route needs.");
        }
        try {
            servlet.getObject().service(request, response);
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The API refused the call. */
    public static final class Refused extends RuntimeException {
        private final int status;

        public Refused(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }

        public static Refused of(ApiException refusal) {
            return new Refused(refusal.status(), String.valueOf(refusal.getMessage()));
        }

        public int status() {
            return status;
        }

        public String words() {
            return String.valueOf(getMessage());
        }
    }
}
