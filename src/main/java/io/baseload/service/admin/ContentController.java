package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.baseload.service.contents.ContentPage;
import io.baseload.service.contents.ContentPolicy;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.service.contents.ErasableTexts;
import io.baseload.service.contents.KeptContent;
import io.baseload.service.encryption.SealException;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.LimitedRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Whether a tenant's prompts and answers are kept, the kept ones, and their erasure.
 *
 * <p>Idea: an erasure goes through the contents twice. First, so that answers to requests that run now are not stored. Then files and batches follow, which may take a while, and until
 * a batch's line is erased there it can begin, and its prompt, its answer and its response become contents that the first pass didn't see. So the last pass comes after the
 * sources of such copies, also if one of them can't be read.
 */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}")
final class ContentController {
    private static final int MAX_DAYS = 36_500;

    private final Contents contents;
    private final List<ErasableTexts> elsewhere;
    private final Tenants tenants;

    ContentController(Contents contents, List<ErasableTexts> elsewhere, Tenants tenants) {
        this.contents = contents;
        this.elsewhere = elsewhere;
        this.tenants = tenants;
    }

    /** @param retentionDays null: kept until they are erased */
    @JsonNaming(SnakeCaseStrategy.class)
    record PolicyForm(@Nullable Boolean keep, @Nullable Integer retentionDays) {
        static PolicyForm of(ContentPolicy policy) {
            OptionalInt days = policy.retentionDays();
            return new PolicyForm(policy.keep(), days.isPresent() ? days.getAsInt() : null);
        }

        ContentPolicy read() {
            boolean wanted = Refusals.present("keep", keep);
            return new ContentPolicy(
                    wanted,
                    retentionDays == null
                            ? OptionalInt.empty()
                            : OptionalInt.of(Refusals.inRange("retention_days", retentionDays, 1, MAX_DAYS)));
        }
    }

    /**
     * A prompt, or the answers to it.
     *
     * @param content the kept text, character for character
     * @param salt with it {@code digest} is SHA-256(salt ‖ content), which the audit trail has as {@code prompt_digest} or {@code answer_digest}
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record ContentForm(
            long id,
            String requestId,
            String reservation,
            String part,
            Instant at,
            @Nullable String user,
            @Nullable String safetyIdentifier,
            @JsonRawValue @Schema(type = "object") String content,
            String salt,
            String digest) {
        static ContentForm of(KeptContent kept) {
            return new ContentForm(
                    kept.id(),
                    kept.owner().requestId(),
                    kept.owner().reservation().toString(),
                    kept.part().wire(),
                    kept.at(),
                    kept.owner().user().orElse(null),
                    kept.owner().safetyIdentifier().orElse(null),
                    new String(kept.text(), StandardCharsets.UTF_8),
                    HexFormat.of().formatHex(kept.salt()),
                    HexFormat.of().formatHex(kept.digest()));
        }
    }

    record Erased(int erased) {}

    @GetMapping("/content-policy")
    PolicyForm policy(@PathVariable String tenant) {
        return PolicyForm.of(contents.policy(tenants.require(tenant).id()));
    }

    @PutMapping("/content-policy")
    PolicyForm change(
            @PathVariable String tenant, @RequestBody PolicyForm form, @AuthenticationPrincipal Caller caller) {
        String id = tenants.require(tenant).id();
        ContentPolicy policy = form.read();
        try {
            contents.change(caller.actor(), id, policy);
        } catch (SealException e) {
            throw withoutKey(e);
        }
        return PolicyForm.of(policy);
    }

    /** The kept contents, in the order of storage. The trail records the read. */
    @GetMapping("/contents")
    Page<ContentForm> read(
            @PathVariable String tenant,
            @RequestParam(name = "request_id") @Nullable String requestId,
            @RequestParam @Nullable String user,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Long after,
            @AuthenticationPrincipal Caller caller,
            HttpServletRequest request) {
        int most = Page.Request.of(limit, null).limit();
        var selection = new ContentSelection(
                text("request_id", requestId), text("user", user), time("from", from), time("to", to));
        try {
            ContentPage page = contents.read(
                    caller.actor(),
                    tenants.require(tenant).id(),
                    selection,
                    after == null ? 0 : after,
                    most,
                    bytes -> LimitedRequest.count(request, bytes));
            var kept = page.contents();
            String next = page.more() ? Long.toString(kept.getLast().id()) : null;
            return new Page<>("list", kept.stream().map(ContentForm::of).toList(), next);
        } catch (SealException e) {
            throw withoutKey(e);
        }
    }

    /** Erases the texts of a request, of an end user, or with {@code all=true} of the whole tenant, wherever they are kept. The trail stays unchanged. */
    @DeleteMapping("/contents")
    Erased erase(
            @PathVariable String tenant,
            @RequestParam(name = "request_id") @Nullable String requestId,
            @RequestParam @Nullable String user,
            @RequestParam @Nullable Boolean all,
            @AuthenticationPrincipal Caller caller) {
        boolean some = requestId != null || user != null;
        if (some == Boolean.TRUE.equals(all)) {
            throw Refusals.invalid(
                    "request_id",
                    "invalid_value",
                    "Select the contents to erase: 'request_id' or 'user', or 'all=true' for the whole tenant.");
        }
        var selection = new ContentSelection(
                text("request_id", requestId), text("user", user), Optional.empty(), Optional.empty());
        String id = tenants.require(tenant).id();
        try {
            int erased = contents.erase(caller.actor(), id, selection);
            try {
                for (ErasableTexts texts : elsewhere) {
                    erased += texts.erase(caller.actor(), id, selection);
                }
            } finally {
                erased += contents.eraseRest(caller.actor(), id, selection);
            }
            return new Erased(erased);
        } catch (SealException e) {
            throw withoutKey(e);
        }
    }

    private static Optional<String> text(String field, @Nullable String value) {
        return Optional.ofNullable(value).map(text -> Refusals.text(field, text));
    }

    private static Optional<Instant> time(String field, @Nullable String value) {
        return Optional.ofNullable(value).map(text -> Refusals.time(field, text));
    }

    private static ApiException withoutKey(SealException e) {
        return ApiException.refused(
                409, "master_key_missing", e.getMessage() + " baseload.encryption.key-file names its file.");
    }
}
