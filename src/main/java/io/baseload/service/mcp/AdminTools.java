package io.baseload.service.mcp;

import static io.baseload.service.mcp.AdminTool.Effect.CHANGES;
import static io.baseload.service.mcp.AdminTool.Effect.DISTURBS;
import static io.baseload.service.mcp.AdminTool.changing;
import static io.baseload.service.mcp.AdminTool.reading;

import io.baseload.service.mcp.AdminTool.Effect;
import java.util.List;

/** The tools. None gives out or takes a secret, and none reads what people asked and were answered. */
final class AdminTools {
    private static final String MODEL = "/admin/v1/models/{id}";

    private static final List<AdminTool> ALL = List.of(
            reading("who_am_i", "/admin/v1/me", "The caller: its tenant, key and roles."),
            reading("list_models", "/admin/v1/models", "Models that are stored, with their state and memory.")
                    .inParts(),
            reading("get_model", MODEL, "One model, with what it was loaded with.")
                    .path("id", "the model's id"),
            reading("list_aliases", "/admin/v1/aliases", "Names that stand for models.")
                    .inParts(),
            reading("get_canary", "/admin/v1/aliases/{name}/canary", "The canary of a name, with its numbers.")
                    .path("name", "the alias"),
            reading("list_jobs", "/admin/v1/jobs", "Imports, pulls, loads and unloads, the newest first.")
                    .inParts(),
            reading("get_job", "/admin/v1/jobs/{id}", "One job, with its progress or why it failed.")
                    .path("id", "the job's id"),
            reading("list_instances", "/admin/v1/instances", "The processes of the service and what each has loaded."),
            reading("get_engine", "/admin/v1/engine", "What the engine does now: tokens a second, queue, memory."),
            reading("get_engine_history", "/admin/v1/engine/history", "The same for the last hours."),
            reading("list_backends", "/admin/v1/backends", "Other servers that answer for this service."),
            reading("list_tenants", "/admin/v1/tenants", "Tenants, with their limits.")
                    .inParts(),
            reading("get_tenant", "/admin/v1/tenants/{tenant}", "One tenant, with its limits and what is left of them.")
                    .path("tenant", "the tenant's id"),
            reading("list_keys", "/admin/v1/tenants/{tenant}/keys", "A tenant's API keys, without their secrets.")
                    .path("tenant", "the tenant's id")
                    .inParts(),
            reading("get_usage", "/admin/v1/tenants/{tenant}/usage", "What a tenant has used.")
                    .path("tenant", "the tenant's id")
                    .query("from", "string", "the first moment, such as 2026-11-01T00:00:00Z")
                    .query("to", "string", "before which moment")
                    .query("group_by", "string", "tenant, key, model or day, or several of them with commas"),
            reading("list_prices", "/admin/v1/prices", "What tokens cost."),
            reading("list_audit_entries", "/admin/v1/audit", "Entries of the audit trail, in their order.")
                    .query("after", "integer", "the number of the last entry seen")
                    .query("tenant", "string", "only of this tenant")
                    .query("kind", "string", "only this kind, or all that begin so if it ends in a dot: admin.key.")
                    .query("limit", "integer", "how many at most: 1 to 1000"),
            reading("verify_audit_trail", "/admin/v1/audit/verification", "Whether the audit trail is whole."),
            changing("load_model", CHANGES, "POST", MODEL + "/load", "Loads a model into memory.")
                    .path("id", "the model's id")
                    .body("pinned", "boolean", false, "whether it stays in memory until it is unloaded"),
            changing("unload_model", DISTURBS, "POST", MODEL + "/unload", "Takes a model out of memory.")
                    .path("id", "the model's id"),
            changing("import_model", CHANGES, "POST", "/admin/v1/models", "Imports a model from the import folder.")
                    .body("path", "string", true, "of the file or folder, within the import folder")
                    .body("name", "string", true, "the id that the model gets"),
            changing("set_alias", DISTURBS, "PUT", "/admin/v1/aliases/{name}", "Points a name to a model.")
                    .path("name", "the alias")
                    .body("model", "string", true, "the model's id"),
            changing(
                            "promote_canary",
                            DISTURBS,
                            "POST",
                            "/admin/v1/aliases/{name}/canary/promote",
                            "Ends a canary well.")
                    .path("name", "the alias"),
            changing(
                            "roll_back_canary",
                            DISTURBS,
                            "POST",
                            "/admin/v1/aliases/{name}/canary/rollback",
                            "Takes a canary back.")
                    .path("name", "the alias"),
            changing("cancel_job", DISTURBS, "POST", "/admin/v1/jobs/{id}/cancel", "Cancels a job.")
                    .path("id", "the job's id"),
            changing(
                            "revoke_key",
                            DISTURBS,
                            "DELETE",
                            "/admin/v1/tenants/{tenant}/keys/{prefix}",
                            "Revokes an API key.")
                    .path("tenant", "the tenant's id")
                    .path("prefix", "the key's prefix"));

    private AdminTools() {}

    /** @param writes whether those that change something too */
    static List<AdminTool> of(boolean writes) {
        return ALL.stream()
                .filter(tool -> writes || tool.effect() == Effect.READS)
                .toList();
    }
}
