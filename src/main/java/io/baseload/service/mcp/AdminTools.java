package io.baseload.service.mcp;

import static io.baseload.service.mcp.AdminTool.Effect.CHANGES;
import static io.baseload.service.mcp.AdminTool.Effect.DISTURBS;
import static io.baseload.service.mcp.AdminTool.changing;
import static io.baseload.service.mcp.AdminTool.reading;

import io.baseload.service.mcp.AdminTool.Effect;
import java.util.List;

/** The tools. None returns or accepts a secret, and none reads prompts and answers. */
final class AdminTools {
    private static final String MODEL = "/admin/v1/models/{id}";
    private static final String TENANT = "tenant";
    private static final String THE_TENANT = "the tenant's id";
    private static final String KEY = "/admin/v1/tenants/{tenant}/keys/{prefix}";
    private static final String GROUPS = "tenant, identity, key, model or day, or several of them with commas";

    private static final List<AdminTool> ALL = List.of(
            reading("who_am_i", "/admin/v1/me", "The caller: its tenant, key and roles."),
            reading("get_attention", "/admin/v1/attention", "Open problems that need attention.")
                    .query(
                            "kinds",
                            "string",
                            "only these kinds, one or more of memory, model, backend, canary, job, budget and"
                                    + " audit, with commas"),
            reading("list_models", "/admin/v1/models", "Stored models, with their state and memory.")
                    .inParts(),
            reading("get_model", MODEL, "One model, with its load settings.").path("id", "the model's id"),
            reading("list_aliases", "/admin/v1/aliases", "Aliases: names that point to models.")
                    .inParts(),
            reading("get_canary", "/admin/v1/aliases/{name}/canary", "An alias's canary, with its figures.")
                    .path("name", "the alias"),
            reading("list_jobs", "/admin/v1/jobs", "Imports, pulls, loads and unloads, the newest first.")
                    .inParts(),
            reading("get_job", "/admin/v1/jobs/{id}", "One job, with its progress or the reason for its failure.")
                    .path("id", "the job's id"),
            reading(
                    "list_instances",
                    "/admin/v1/instances",
                    "The service's processes, with the models that each has loaded."),
            reading(
                    "get_engine",
                    "/admin/v1/engine",
                    "The engine's current load: tokens decoded so far, queue, memory."),
            reading("get_engine_history", "/admin/v1/engine/history", "The engine's load in the last three hours.")
                    .query("from", "string", "only samples since this moment, such as 2026-11-01T12:00:00Z"),
            reading("list_backends", "/admin/v1/backends", "Backends: other servers to which requests are passed on.")
                    .inParts(),
            reading("get_backend", "/admin/v1/backends/{name}", "One backend, with its health.")
                    .path("name", "the backend's name"),
            reading("list_tenants", "/admin/v1/tenants", "Tenants, with their limits.")
                    .inParts(),
            reading("get_tenant", "/admin/v1/tenants/{tenant}", "One tenant, with its limits.")
                    .path(TENANT, THE_TENANT),
            reading("list_keys", "/admin/v1/tenants/{tenant}/keys", "A tenant's API keys, without their secrets.")
                    .path(TENANT, THE_TENANT)
                    .inParts(),
            reading("get_key", KEY, "One API key, without its secret.")
                    .path(TENANT, THE_TENANT)
                    .path("prefix", "the key's prefix"),
            reading("get_key_budgets", KEY + "/windows", "The budgets of one API key, with their usage.")
                    .path(TENANT, THE_TENANT)
                    .path("prefix", "the key's prefix"),
            reading(
                            "list_identities",
                            "/admin/v1/tenants/{tenant}/identities",
                            "A tenant's people and service accounts.")
                    .path(TENANT, THE_TENANT)
                    .inParts(),
            reading(
                            "get_identity_budgets",
                            "/admin/v1/tenants/{tenant}/identities/{id}/windows",
                            "The budgets of one person or service account, with their usage.")
                    .path(TENANT, THE_TENANT)
                    .path("id", "the identity's id"),
            reading(
                            "get_guardrails",
                            "/admin/v1/tenants/{tenant}/guardrails",
                            "A tenant's filters of prompts and answers.")
                    .path(TENANT, THE_TENANT),
            reading(
                            "get_content_policy",
                            "/admin/v1/tenants/{tenant}/content-policy",
                            "Whether a tenant's prompts and answers are kept, and for how long.")
                    .path(TENANT, THE_TENANT),
            reading(
                            "get_usage",
                            "/admin/v1/tenants/{tenant}/usage",
                            "A tenant's usage; without a grouping, also the current windows of its limits.")
                    .path(TENANT, THE_TENANT)
                    .query("from", "string", "start of the period, such as 2026-11-01T00:00:00Z")
                    .query("to", "string", "end of the period, exclusive")
                    .query("group_by", "string", GROUPS),
            reading("list_usage", "/admin/v1/usage", "The usage of all tenants.")
                    .query("from", "string", "start of the period, such as 2026-11-01T00:00:00Z")
                    .query("to", "string", "end of the period, exclusive")
                    .query("group_by", "string", GROUPS + "; by default tenant")
                    .inParts(),
            reading("list_prices", "/admin/v1/prices", "The prices of tokens."),
            reading("list_audit_entries", "/admin/v1/audit", "Entries of the audit trail, in order.")
                    .query("after", "integer", "the number of the last entry that was read; the result begins after it")
                    .query("tenant", "string", "only entries of this tenant")
                    .query(
                            "kind",
                            "string",
                            "only entries of this kind, or of all kinds with this beginning if it ends with a dot:"
                                    + " admin.key.")
                    .query("limit", "integer", "maximum number of entries: 1 to 1000"),
            reading(
                    "verify_audit_trail",
                    "/admin/v1/audit/verification",
                    "Checks the audit trail for missing or changed entries."),
            reading("list_audit_keys", "/admin/v1/audit/keys", "The keys that have signed the audit trail."),
            changing("load_model", CHANGES, "POST", MODEL + "/load", "Loads a model into memory.")
                    .path("id", "the model's id")
                    .body("precision", "string", false, "of linear layers: exact or fast; by default as before")
                    .body("kv_precision", "string", false, "of the KV cache: f32, f16 or q8; by default as before")
                    .body("pinned", "boolean", false, "whether it stays in memory until it is unloaded"),
            changing("unload_model", DISTURBS, "POST", MODEL + "/unload", "Removes a model from memory.")
                    .path("id", "the model's id"),
            changing("import_model", CHANGES, "POST", "/admin/v1/models", "Imports a model from the import folder.")
                    .body("path", "string", true, "path of the file or folder, relative to the import folder")
                    .body("name", "string", true, "the new model's id")
                    .body(
                            "quantize",
                            "string",
                            false,
                            "number format of the weights, such as nf4 or q8; by default by that of the files"),
            changing("set_alias", DISTURBS, "PUT", "/admin/v1/aliases/{name}", "Points an alias to a model.")
                    .path("name", "the alias")
                    .body("model", "string", true, "the model's id"),
            changing(
                            "promote_canary",
                            DISTURBS,
                            "POST",
                            "/admin/v1/aliases/{name}/canary/promote",
                            "Ends a canary: the alias points to the new model.")
                    .path("name", "the alias"),
            changing(
                            "roll_back_canary",
                            DISTURBS,
                            "POST",
                            "/admin/v1/aliases/{name}/canary/rollback",
                            "Ends a canary: the alias keeps pointing to the old model.")
                    .path("name", "the alias"),
            changing("cancel_job", DISTURBS, "POST", "/admin/v1/jobs/{id}/cancel", "Cancels a job.")
                    .path("id", "the job's id"),
            changing("revoke_key", DISTURBS, "DELETE", KEY, "Revokes an API key.")
                    .path(TENANT, THE_TENANT)
                    .path("prefix", "the key's prefix"));

    private AdminTools() {}

    /** @param writes whether tools that change something are included */
    static List<AdminTool> of(boolean writes) {
        return ALL.stream()
                .filter(tool -> writes || tool.effect() == Effect.READS)
                .toList();
    }
}
