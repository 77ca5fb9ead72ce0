package io.baseload.service.contents;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.CachedSettings;
import io.baseload.service.database.Schedule;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealException;
import io.baseload.service.encryption.SealingKey;
import io.baseload.service.tenant.TenantData;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The contents of requests, for tenants that want them kept.
 *
 * <p>Idea: the chain must never be changed, but texts must be erasable. So the chain has the SHA-256 of a random salt and the text, and the text is in a table, encrypted with the
 * tenant's key, together with its salt. While the row exists, salt and text can be checked against the chain; when it is gone, the digest reveals nothing about the text, because
 * nobody can try 256 bits of salt, and the chain verifies as before.
 *
 * <p>Invariants: a prompt is stored in the transaction that records its intent, an answer in the one that records its outcome, so neither is recorded without the other. An answer
 * is stored only with its prompt: contents erased while a request was answered stay erased. A read is recorded in the trail before anything is shown.
 */
public final class Contents implements TenantData, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Contents.class);
    /** The maximum size of a page, which has at least one content. */
    private static final long MAX_PAGE_BYTES = 4 << 20;
    /** Before the first time too: a clock that was wrong at boot is corrected by then. */
    private static final Duration PAUSE = Duration.ofHours(1);
    /** Erased in one transaction, so that none exceeds the database's time limit. */
    private static final int MAX_ERASED = 1_000;

    private static final long MAX_ERASED_BYTES = 64 << 20;

    private final ContentRows rows;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final MasterKeys keys;
    private final CachedSettings<Map<String, Setting>> settings;
    private final Schedule schedule = new Schedule("content-retention");

    /** A tenant's settings. Its key is decrypted when it is first needed. */
    private final class Setting {
        private final String tenant;
        private final ContentPolicy policy;
        private final @Nullable String sealedKey;
        private @Nullable SealingKey key;

        Setting(ContentRows.PolicyRow row) {
            this.tenant = row.tenant();
            this.policy = row.policy();
            this.sealedKey = row.sealedKey();
        }

        synchronized SealingKey key() {
            if (key == null) {
                if (sealedKey == null) {
                    throw new SealException("There is no key for contents of " + tenant + ".", null);
                }
                key = new SealingKey(keys.open(sealedKey, purpose(tenant)));
            }
            return key;
        }

        ContentSealer sealer() {
            return new ContentSealer(key());
        }
    }

    Contents(ContentRows rows, TransactionOperations transactions, AuditTrail audit, MasterKeys keys) {
        this.rows = rows;
        this.transactions = transactions;
        this.audit = audit;
        this.keys = keys;
        sealKeysAnew();
        this.settings = new CachedSettings<>("contents", this::read);
        schedule.repeat(PAUSE, PAUSE, "Old contents can't be erased now", this::expire);
    }

    private static String purpose(String tenant) {
        return "contents of " + tenant;
    }

    private void sealKeysAnew() {
        for (var row : rows.policies()) {
            String sealed = row.sealedKey();
            if (sealed != null && keys.present() && !keys.isCurrent(sealed)) {
                try {
                    byte[] key = keys.open(sealed, purpose(row.tenant()));
                    rows.reseal(row.tenant(), sealed, keys.seal(key, purpose(row.tenant())));
                } catch (SealException e) {
                    log.warn(
                            "The key for contents of {} can't be encrypted with the current master key: {}",
                            row.tenant(),
                            e.getMessage());
                }
            }
        }
    }

    private Map<String, Setting> read() {
        var all = new HashMap<String, Setting>();
        rows.policies().forEach(row -> all.put(row.tenant(), new Setting(row)));
        return all;
    }

    /**
     * The encryption of a tenant's contents; empty if they are not kept.
     *
     * @throws SealException if they should be, and this process can't decrypt the tenant's key
     */
    public Optional<ContentSealer> sealer(String tenant) {
        return Optional.ofNullable(settings.get().get(tenant))
                .filter(setting -> setting.policy.keep())
                .map(Setting::sealer);
    }

    /**
     * A tenant's own key, which is created if there is none yet.
     *
     * @throws SealException if this process can't create or decrypt it
     */
    public SealingKey key(String tenant) {
        var setting = settings.get().get(tenant);
        if (setting == null || setting.sealedKey == null) {
            rows.create(tenant, keys.seal(SealingKey.random(SealingKey.BYTES), purpose(tenant)));
            settings.refresh();
        }
        return Objects.requireNonNull(settings.get().get(tenant)).key();
    }

    public ContentPolicy policy(String tenant) {
        return rows.policy(tenant).map(ContentRows.PolicyRow::policy).orElse(ContentPolicy.NONE);
    }

    /**
     * Switches a tenant's contents on or off, from its next request on; in other processes within a second. Kept contents stay until they are erased.
     *
     * @throws SealException if they should be kept, and this process has no master key
     */
    public void change(Actor actor, String tenant, ContentPolicy policy) {
        String fresh = policy.keep() ? keys.seal(SealingKey.random(SealingKey.BYTES), purpose(tenant)) : null;
        transactions.executeWithoutResult(status -> {
            rows.save(tenant, policy, fresh);
            var detail = new TreeMap<String, Object>();
            detail.put("keep", policy.keep());
            policy.retentionDays().ifPresent(days -> detail.put("retention_days", days));
            audit.recordAdmin(actor, "admin.contents.policy", subject(tenant), detail);
        });
        settings.refresh();
    }

    private static String subject(String tenant) {
        return "tenants/" + tenant + "/contents";
    }

    /** Within the transaction that records the intents. */
    public void storePrompts(List<SealedContent> prompts) {
        if (!prompts.isEmpty()) {
            rows.insert(prompts);
        }
    }

    /** Within the transaction that records the outcomes, or before it with the answers so far. */
    public void storeAnswers(List<SealedContent> answers) {
        if (!answers.isEmpty()) {
            rows.insertBesidePrompts(answers);
        }
    }

    /** Digests of the stored answers. */
    public Map<UUID, byte[]> answerDigests(Collection<UUID> reservations) {
        return reservations.isEmpty() ? Map.of() : rows.answerDigests(reservations);
    }

    /**
     * A page of a tenant's contents, in the order in which they were stored. Whoever reads on from the last one misses nothing; an answer that was stored before its end, or before its request was found
     * to be lost, comes again when more of it is stored. The read is recorded in the trail.
     *
     * @param after the last one's {@link KeptContent#id}
     * @param limit maximum number; fewer if they are large
     * @param room is told their size before the read is recorded; if it throws, nothing was read
     * @throws SealException if this process can't decrypt them
     */
    public ContentPage read(
            Actor reader, String tenant, ContentSelection selection, long after, int limit, LongConsumer room) {
        long last = transactions.execute(status -> rows.settled());
        var found = transactions.execute(status -> {
            var page = rows.page(tenant, selection, after, last, limit + 1, MAX_PAGE_BYTES);
            room.accept(page.rows().stream()
                    .mapToLong(row -> row.content().sealed().length)
                    .sum());
            var detail = new TreeMap<>(selection.described());
            detail.put("after", after);
            detail.put("found", Math.min(limit, page.rows().size()));
            audit.recordAdmin(reader, "admin.contents.read", subject(tenant), detail);
            return page;
        });
        if (found.rows().isEmpty()) {
            return new ContentPage(List.of(), false);
        }
        var sealer = new Setting(rows.policy(tenant).orElseThrow()).sealer();
        var contents = found.rows().stream()
                .limit(limit)
                .map(row -> opened(row, sealer))
                .toList();
        return new ContentPage(contents, found.found() > contents.size());
    }

    private static KeptContent opened(ContentRows.ContentRow row, ContentSealer sealer) {
        var content = row.content();
        return new KeptContent(
                row.id(),
                content.owner(),
                content.part(),
                row.at(),
                content.salt(),
                content.digest(),
                sealer.open(content.owner(), content.part(), content.sealed()));
    }

    /**
     * Erases contents with their salts, and stored responses, some in each transaction, which has its own entry in the trail; returns the number. Answers to selected requests that
     * run now are not stored.
     */
    public int erase(Actor actor, String tenant, ContentSelection selection) {
        return erase(actor, tenant, selection, true);
    }

    /** Erases what was stored since {@link #erase}. The trail has an entry only if there was anything. */
    public int eraseRest(Actor actor, String tenant, ContentSelection selection) {
        return erase(actor, tenant, selection, false);
    }

    /**
     * Erases what is stored of a request that had read its text before the text was erased elsewhere, and stored it only after {@link #eraseRest}.
     *
     * @param within only if an erasure that covers the request was recorded at most so long ago
     */
    public void eraseLate(Actor actor, String tenant, String requestId, Duration within) {
        if (rows.isErased(tenant, requestId, within)) {
            var request =
                    new ContentSelection(Optional.of(requestId), Optional.empty(), Optional.empty(), Optional.empty());
            eraseRest(actor, tenant, request);
        }
    }

    /** @param always whether an entry is written even if nothing was found */
    private int erase(Actor actor, String tenant, ContentSelection selection, boolean always) {
        transactions.executeWithoutResult(status -> rows.recordErasure(tenant, selection));
        int all = eraseSome(actor, tenant, selection, always);
        int some = all;
        while (some > 0) {
            some = eraseSome(actor, tenant, selection, false);
            all += some;
        }
        return all;
    }

    @Override
    public boolean eraseSome(Actor actor, String tenant) {
        return eraseSome(actor, tenant, ContentSelection.ALL, false) > 0;
    }

    /** @param first whether an entry is written even if nothing was found */
    private int eraseSome(Actor actor, String tenant, ContentSelection selection, boolean first) {
        return transactions.execute(status -> {
            int erased = rows.erase(tenant, selection, MAX_ERASED, MAX_ERASED_BYTES);
            if (first || erased > 0) {
                var detail = new TreeMap<>(selection.described());
                detail.put("erased", erased);
                audit.recordAdmin(actor, "admin.contents.erase", subject(tenant), detail);
            }
            return erased;
        });
    }

    /** Erases contents older than the tenant's retention, and expired responses; returns the number. */
    public int expire() {
        int all = 0;
        int some;
        do {
            some = expireSome();
            all += some;
        } while (some > 0);
        transactions.executeWithoutResult(status -> rows.forgetErasures());
        return all;
    }

    private int expireSome() {
        return transactions.execute(status -> {
            Map<String, Integer> expired = rows.expire(MAX_ERASED, MAX_ERASED_BYTES);
            expired.forEach((tenant, erased) -> audit.recordAdmin(
                    Actor.SYSTEM, "admin.contents.expire", subject(tenant), Map.of("erased", erased)));
            return expired.values().stream().mapToInt(Integer::intValue).sum();
        });
    }

    @Override
    public void close() {
        schedule.shutdownNow();
        settings.close();
    }
}
