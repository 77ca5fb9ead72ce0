package io.baseload.service.mcp;

import io.baseload.service.api.Api;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.Failures;
import io.baseload.service.web.Json;
import io.baseload.service.web.KeyAuthentication;
import io.baseload.service.web.RequestIds;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Calls of tools: each is recorded in the audit trail first, then the route is called with the caller's rights. */
final class McpTools {
    /** Characters that no tool's name may have, as the protocol says. */
    private static final Pattern FOREIGN = Pattern.compile("[^A-Za-z0-9_./-]");

    private static final int MAX_NAME = 128; // as the protocol says

    private final Api api;
    private final AuditTrail audit;
    private final TransactionOperations transactions;
    private final CallerAdmission admission;
    private final Map<String, AdminTool> tools;

    McpTools(
            Api api,
            AuditTrail audit,
            TransactionOperations transactions,
            CallerAdmission admission,
            List<AdminTool> tools) {
        this.api = api;
        this.audit = audit;
        this.transactions = transactions;
        this.admission = admission;
        this.tools = tools.stream().collect(Collectors.toMap(AdminTool::name, tool -> tool));
    }

    SyncToolSpecification specification(AdminTool tool) {
        return SyncToolSpecification.builder()
                .tool(Tool.builder(tool.name(), tool.schema())
                        .description(tool.description())
                        .annotations(ToolAnnotations.builder()
                                .readOnlyHint(tool.effect() == AdminTool.Effect.READS)
                                .destructiveHint(tool.effect() == AdminTool.Effect.DISTURBS)
                                .openWorldHint(false)
                                .build())
                        .build())
                .callHandler((context, call) ->
                        call(tool, Optional.ofNullable(call.arguments()).orElse(Map.of())))
                .build();
    }

    private CallToolResult call(AdminTool tool, Map<String, Object> arguments) {
        HttpServletRequest request = request();
        try {
            return answered(ask(tool, read(tool, arguments)));
        } catch (Api.Refused e) {
            if (e.status() == HttpServletResponse.SC_FORBIDDEN) {
                admission.forbidden(caller(), request);
            }
            return refused(e);
        } catch (RuntimeException e) {
            return failed(e, request);
        }
    }

    private static HttpServletRequest request() {
        return ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
    }

    private static Caller caller() {
        var authentication =
                Objects.requireNonNull(SecurityContextHolder.getContext().getAuthentication());
        return ((KeyAuthentication) authentication).getPrincipal();
    }

    /** The values of the parameters that are given. */
    private static Map<String, Object> read(AdminTool tool, Map<String, Object> arguments) {
        var known = tool.parameters().stream().map(AdminTool.Parameter::name).collect(Collectors.toSet());
        for (String name : arguments.keySet()) {
            if (!known.contains(name)) {
                throw new Api.Refused(400, "There is no parameter '" + name + "'.");
            }
        }
        var values = new LinkedHashMap<String, Object>();
        for (var parameter : tool.parameters()) {
            @Nullable Object argument = arguments.get(parameter.name());
            if (argument != null && !argument.equals("")) { // which models send for one that they don't want to give
                values.put(
                        parameter.name(),
                        parameter
                                .read(argument)
                                .orElseThrow(
                                        () -> new Api.Refused(400, "Invalid type for '" + parameter.name() + "'.")));
            } else if (parameter.required()) {
                throw new Api.Refused(400, "Missing required parameter: '" + parameter.name() + "'.");
            }
        }
        return values;
    }

    /**
     * Records a call, whether there is such a tool or not.
     *
     * @return why it must not be made; empty if it is recorded
     */
    Optional<CallToolResult> record(String name) {
        try {
            AdminTool tool = tools.get(name);
            String subject = "mcp/" + (tool == null ? recordable(name) : name);
            Map<String, Object> detail =
                    tool == null ? Map.of("unknown", true) : Map.of("method", tool.method(), "route", tool.route());
            transactions.executeWithoutResult(
                    status -> audit.recordAdmin(caller().actor(), "admin.mcp.call", subject, detail));
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(failed(e, request()));
        }
    }

    /** A name that anybody may have made up, without what a line of the trail can't have. */
    private static String recordable(String name) {
        String all = FOREIGN.matcher(name).replaceAll("?");
        return all.substring(0, Math.min(all.length(), MAX_NAME));
    }

    private Map<String, Object> ask(AdminTool tool, Map<String, Object> values) {
        var variables = new ArrayList<Object>();
        tool.in(AdminTool.Location.PATH).forEach(parameter -> variables.add(values.get(parameter.name())));
        var query = tool.in(AdminTool.Location.QUERY).stream()
                .filter(parameter -> values.containsKey(parameter.name()))
                .peek(parameter -> variables.add(values.get(parameter.name())))
                .map(parameter -> parameter.name() + "={" + parameter.name() + "}")
                .collect(Collectors.joining("&"));
        var body = new LinkedHashMap<String, Object>();
        tool.in(AdminTool.Location.BODY).stream()
                .filter(parameter -> values.containsKey(parameter.name()))
                .forEach(parameter -> body.put(parameter.name(), values.get(parameter.name())));
        return api.send(
                tool.method(),
                tool.in(AdminTool.Location.BODY).isEmpty() ? null : body,
                query.isEmpty() ? tool.route() : tool.route() + "?" + query,
                variables.toArray());
    }

    private static CallToolResult failed(RuntimeException failure, HttpServletRequest request) {
        return refused(refusal(failure, request));
    }

    /** What the caller is told of a failure in this thread's request; an unexpected one is logged with the request's id. */
    static Api.Refused refusal(Throwable failure) {
        return refusal(failure, request());
    }

    private static Api.Refused refusal(Throwable failure, HttpServletRequest request) {
        return Api.Refused.of(Failures.of(failure, RequestIds.of(request)));
    }

    private static CallToolResult answered(Map<String, Object> answer) {
        return result(new String(Json.bytes(answer), StandardCharsets.UTF_8), false);
    }

    private static CallToolResult refused(Api.Refused refusal) {
        return result(refusal.status() + ": " + refusal.words(), true);
    }

    private static CallToolResult result(String text, boolean isError) {
        return CallToolResult.builder()
                .textContent(List.of(text))
                .isError(isError)
                .build();
    }
}
