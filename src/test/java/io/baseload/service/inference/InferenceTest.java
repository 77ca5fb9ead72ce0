package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.TokenCodec;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.quota.QuotaExceededException;
import io.baseload.service.quota.TenantUsage;
import io.baseload.service.quota.UsageReports;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every answer is reserved and its intent recorded, then settled and its outcome recorded; on a real PostgreSQL. */
class InferenceTest {
    private static final Origin ORIGIN = new Origin("req-1", "192.0.2.7");

    private static TestPlatform platform;
    private static TinyModel model;
    private static Inference inference;

    @BeforeAll
    static void start() {
        platform = TestPlatform.fresh(TinyInference.class);
        model = platform.get(TinyModel.class);
        inference = platform.get(Inference.class);
    }

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void anAnswerIsRecordedWhenItsEndIsSent() throws Exception {
        var client = new Client(inference, tenant(8));
        model.steps.release(5);
        var asked = client.ask(7, 5);
        assertThat(asked.model()).isEqualTo("tiny");
        assertThat(client.finished().usage()).isEqualTo(new Usage(7, 5));
        assertThat(usage(client).promptTokens()).isEqualTo(7);
        assertThat(usage(client).completionTokens()).isEqualTo(5);
        assertThat(platform.counted(client.tenant())).hasSize(3).containsOnly(new TestPlatform.Counted(12, 0));
        assertThat(trail(client)).hasSize(2);
        assertThat(outcome(client).path("state").asString()).isEqualTo("done");
        assertThat(outcome(client).path("completion_tokens").asInt()).isEqualTo(5);
        assertThat(outcome(client).path("finish_reasons").get(0).asString()).isEqualTo("length");
        Patience.await().until(() -> model.holds.get() == 0);
    }

    @Test
    void theIntentSaysWhoAskedForWhomFromWhereAndWhatAnswers() throws Exception {
        var client = new Client(inference, tenant(8));
        client.ask(7, 1);
        model.steps.release(1);
        client.finished();
        var intent = trail(client).getFirst();
        assertThat(intent.get("version").asInt()).isEqualTo(2);
        assertThat(intent.get("alias").asString()).isEqualTo("tiny");
        assertThat(intent.get("fingerprint").asString()).isEqualTo("tiny-1");
        assertThat(intent.get("address").asString()).isEqualTo("192.0.2.7");
        assertThat(intent.get("user").asString()).isEqualTo("ann \"A\"");
        assertThat(intent.get("safety_identifier").asString()).isEqualTo("hash-of-ann");
    }

    @Test
    void reservesPromptAndMaximumOfAllAnswers() throws Exception {
        var client = new Client(inference, tenant(8));
        client.ask(7, OptionalInt.of(5), 3);
        assertThat(reserved(client)).isEqualTo(7 + 3 * 5);
        model.steps.release(15);
        assertThat(client.finished().usage()).isEqualTo(new Usage(7, 15));
        assertThat(used(client)).isEqualTo(22);
    }

    @Test
    void anAnswerWithoutMaximumIsExtendedAheadOfNeed() throws Exception {
        var client = new Client(inference, tenant(8));
        client.ask(10, OptionalInt.empty(), 1);
        assertThat(reserved(client)).isEqualTo(10 + 256);
        model.steps.release(128);
        Patience.await().until(() -> reserved(client) == 10 + 512);
        model.steps.release(2000);
        assertThat(client.finished().usage()).isEqualTo(new Usage(10, 990));
        model.steps.drainPermits();
        assertThat(used(client)).isEqualTo(1000);
    }

    @Test
    void anExtensionThatIsRefusedEndsTheAnswer() throws Exception {
        var client = new Client(inference, tenant(8, tokens(400)));
        client.ask(10, OptionalInt.empty(), 1);
        model.steps.release(1000);
        assertThat(client.finished().usage()).isEqualTo(new Usage(10, 256));
        model.steps.drainPermits();
        assertThat(used(client)).isEqualTo(266);
    }

    @Test
    void aTenantThatFillsItsQueueIsRefusedAndOthersAreNot() throws Exception {
        String noisy = tenant(100);
        List<Client> clients = IntStream.range(0, 9)
                .mapToObj(i -> new Client(inference, noisy))
                .toList();
        for (Client client : clients) {
            client.ask(7, OptionalInt.of(1), 8);
        }
        var refused = new Client(inference, noisy);
        long before = reserved(refused);
        assertThatThrownBy(() -> refused.ask(7, OptionalInt.of(1), 8)).isInstanceOf(OverloadedException.class);
        assertThat(reserved(refused)).isEqualTo(before);
        assertThat(trail(refused)).as("the intents of those that were accepted").hasSize(9);
        var other = new Client(inference, tenant(8));
        other.ask(7, 1);
        model.steps.release(9 * 8 + 1);
        other.finished();
        for (Client client : clients) {
            client.finished();
        }
        refused.ask(7, 1);
        model.steps.release(1);
        refused.finished();
    }

    @Test
    void nothingIsGeneratedThatCanNotBeReserved() {
        var client = new Client(inference, tenant(8, tokens(10)));
        int started = model.started.get();
        assertThatThrownBy(() -> client.ask(6, 5)).isInstanceOf(QuotaExceededException.class);
        assertThat(model.started.get()).isEqualTo(started);
        assertThat(trail(client)).isEmpty();
        assertThat(used(client)).isZero();
    }

    @Test
    void theEngineIsToldOfTheTenantTheKeysPriorityAndTheSalt() throws Exception {
        String tenant = tenant(8);
        for (Priority priority : Priority.values()) {
            var client = new Client(inference, tenant, priority);
            client.ask(1, 1);
            assertThat(model.lastFlow).isEqualTo(new FlowId(tenant, 1, FlowId.Urgency.valueOf(priority.name())));
            assertThat(model.lastScope).isEqualTo(new CacheScope(tenant, "salt"));
            model.steps.release(1);
            client.finished();
        }
    }

    @Test
    void aTenantWithoutBudgetCausesNoWork() throws Exception {
        var budget = tenant(8, tokens(10));
        var rate = tenant(8, new UsageBudget(Period.MONTH, OptionalLong.empty(), OptionalLong.of(1)));
        var places = tenant(1);
        for (String tenant : List.of(budget, rate, places)) {
            var first = new Client(inference, tenant);
            first.ask(6, 4);
            int prepared = model.prepared.get();
            long windows = windows(tenant);
            assertThatThrownBy(() -> new Client(inference, tenant).ask(1, 1))
                    .isInstanceOf(QuotaExceededException.class);
            assertThat(model.prepared.get()).as("prompts that were rendered").isEqualTo(prepared);
            assertThat(trail(first)).hasSize(1);
            assertThat(windows(tenant)).as("writes to the tenant's rows").isEqualTo(windows);
            model.steps.release(4);
            first.finished();
        }
    }

    /** Numbers of the transactions that wrote a tenant's rows last. */
    private static long windows(String tenant) {
        return platform.superuser()
                .sql("SELECT sum(xmin::text::bigint) FROM quota_window WHERE tenant = ?")
                .param(tenant)
                .query(Long.class)
                .single();
    }

    @Test
    void aCancelledAnswerPaysForWhatWasDecoded() throws Exception {
        var client = new Client(inference, tenant(8));
        var asked = client.ask(7, 100);
        model.steps.release(3);
        Patience.await().until(() -> asked.completion().usage().completion() == 3);
        asked.completion().cancel();
        assertThat(client.finished().cancelled()).isTrue();
        assertThat(used(client)).isEqualTo(10);
        assertThat(outcome(client).path("state").asString()).isEqualTo("cancelled");
    }

    @Test
    void aFailedAnswerIsRecordedAsFailed() throws Exception {
        var client = new Client(inference, tenant(8));
        client.ask(7, 100);
        model.broken = true;
        assertThat(client.last()).isInstanceOf(CompletionEvent.Failed.class);
        model.broken = false;
        assertThat(outcome(client).path("state").asString()).isEqualTo("failed");
        assertThat(used(client)).isEqualTo(7);
    }

    @Test
    void moreAnswersThanAModelHasPlacesAreRefusedBeforeAnyIsStarted() throws Exception {
        var client = new Client(inference, tenant(100));
        int before = model.started.get();
        assertThatThrownBy(() -> client.ask(7, OptionalInt.of(1), TinyModel.PLACES + 1))
                .isInstanceOfSatisfying(InvalidRequestException.class, refused -> {
                    assertThat(refused.field()).isEqualTo("n");
                    assertThat(refused).hasMessageContaining("at most 72 answers");
                });
        assertThat(model.started).hasValue(before);
        assertThat(trail(client)).isEmpty();
        Patience.await().until(() -> model.holds.get() == 0);
    }

    @Test
    void aModelWithMorePlacesTakesARequestThatIsTooLargeForAnother() throws Exception {
        var client = new Client(inference, tenant(8));
        model.canary = model.withPlaces(1);
        try {
            client.ask(7, OptionalInt.of(1), 2);
        } finally {
            model.canary = null;
        }
        model.steps.release(2);
        assertThat(client.finished().usage()).isEqualTo(new Usage(7, 2));
        Patience.await().until(() -> model.holds.get() == 0);
    }

    @Test
    void aFullQueueGivesTheReservationBack() {
        var client = new Client(inference, tenant(8));
        model.full = true;
        assertThatThrownBy(() -> client.ask(7, 100)).isInstanceOf(OverloadedException.class);
        model.full = false;
        assertThat(reserved(client)).isZero();
        assertThat(used(client)).isZero();
        assertThat(usage(client).requests()).isZero();
        assertThat(outcome(client).path("state").asString()).isEqualTo("refused");
        Patience.await().until(() -> model.holds.get() == 0);
    }

    @Test
    void anInterruptedCallerBreaksNothing() throws Exception {
        var client = new Client(inference, tenant(8));
        Thread.currentThread().interrupt();
        client.ask(1, 1);
        assertThat(Thread.interrupted()).isTrue();
        model.steps.release(1);
        assertThat(client.finished().usage().total()).isEqualTo(2);
    }

    @Test
    void usageReportsAndAuditAgreeUnderConcurrentRequests() throws Exception {
        var tenant = tenant(8);
        var reported = new AtomicLong();
        model.steps.release(1_000_000);
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<Void> work = () -> {
                for (int i = 0; i < 125; i++) {
                    var client = new Client(inference, tenant);
                    client.ask(1, 1);
                    reported.addAndGet(client.finished().usage().total());
                }
                return null;
            };
            for (var done :
                    threads.invokeAll(IntStream.range(0, 8).mapToObj(i -> work).toList())) {
                done.get();
            }
        }
        model.steps.drainPermits();
        assertThat(reported.get()).isEqualTo(2000);
        var usage = platform.get(UsageReports.class)
                .usage(tenant, Instant.EPOCH, Instant.now().plusSeconds(60));
        assertThat(usage.requests()).isEqualTo(1000);
        assertThat(platform.counted(tenant)).hasSize(3).containsOnly(new TestPlatform.Counted(2000, 0));
        assertThat(audited(tenant)).isEqualTo(2000);
        assertThat(platform.get(AuditVerifier.class).verify()).satisfies(verification -> {
            assertThat(verification.integrity().ok()).isTrue();
            assertThat(verification.completeness().ok()).isTrue();
        });
        assertThat(platform.get(MeterRegistry.class)
                        .get("baseload.time_to_first_token")
                        .timer()
                        .count())
                .isGreaterThanOrEqualTo(1000);
    }

    @Test
    void refusalsAreCountedOnEveryRoute() {
        var caller = new Caller(tenant(8), 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
        double before = refused("unknown_model");
        assertThatThrownBy(() -> inference.encode(caller, texts("nobody"), ORIGIN, () -> true))
                .isInstanceOf(UnknownModelException.class);
        assertThat(refused("unknown_model")).isEqualTo(before + 1);
        assertThatThrownBy(() -> inference.withTokens(caller, "nobody", () -> true, TokenCodec::contextLength))
                .isInstanceOf(UnknownModelException.class);
        assertThat(refused("unknown_model")).isEqualTo(before + 2);
        double invalid = refused("invalid_request");
        assertThatThrownBy(() -> inference.encode(caller, texts("tiny"), ORIGIN, () -> true))
                .as("no encoder")
                .isInstanceOf(InvalidRequestException.class);
        assertThat(refused("invalid_request")).isEqualTo(invalid + 1);
    }

    @Test
    void timeAtACanaryThatRefusesIsNotTheNextModels() throws Exception {
        var canary = new Refusing();
        var client = new Client(inference, tenant(8));
        model.steps.release(1);
        model.firstTokens.clear();
        model.canary = canary;
        try {
            client.ask(7, 1);
        } finally {
            model.canary = null;
        }
        client.finished();
        var firstToken = Patience.await().until(model.firstTokens::poll, Objects::nonNull);
        assertThat(firstToken).isPositive().isLessThan(Duration.ofNanos(System.nanoTime() - canary.refusedAt));
        assertThat(canary.refusals).hasSize(1);
    }

    @Test
    void aRequestThatAllTargetsRefuseIsNoFailureOfTheCanary() {
        var canary = new Refusing();
        var caller = new Caller(tenant(8), 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
        model.canary = canary;
        try {
            assertThatThrownBy(() -> inference.encode(caller, texts("tiny"), ORIGIN, () -> true))
                    .isInstanceOf(InvalidRequestException.class);
        } finally {
            model.canary = null;
        }
        assertThat(canary.refusedAt).isNotZero();
        assertThat(canary.refusals).isEmpty();
    }

    @Test
    void countsOfTokensDontJudgeACanary() {
        var canary = new Refusing();
        var caller = new Caller(tenant(8), 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
        model.canary = canary;
        try {
            assertThat(inference.<Integer>withTokens(caller, "tiny", () -> true, TokenCodec::contextLength))
                    .isEqualTo(8);
        } finally {
            model.canary = null;
        }
        assertThat(canary.refusedAt).isNotZero();
        assertThat(canary.refusals).isEmpty();
    }

    /** A canary that takes a while to refuse everything. */
    private static final class Refusing implements ModelDirectory.Target {
        private final List<InvalidRequestException> refusals = new CopyOnWriteArrayList<>();
        private volatile long refusedAt;

        @Override
        public ServedModel acquire(LoadPatience patience) {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            refusedAt = System.nanoTime();
            throw new InvalidRequestException("messages", "context_length_exceeded", "too long");
        }

        @Override
        public boolean isTrial() {
            return true;
        }

        @Override
        public void refused(InvalidRequestException refusal) {
            refusals.add(refusal);
        }
    }

    private static EncodingCall texts(String model) {
        var input = new EncodingInput.Texts(List.of("a text"), Optional.empty());
        var request = new EncodingRequest(input, OptionalInt.empty());
        var nobody = new EndUser(Optional.empty(), Optional.empty());
        return new EncodingCall(model, request, FlowId.Urgency.INTERACTIVE, nobody, Optional.empty());
    }

    private static double refused(String reason) {
        return platform
                .get(MeterRegistry.class)
                .find("baseload.requests_refused")
                .tag("reason", reason)
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static String tenant(int maxConcurrent, UsageBudget... windows) {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class)
                .create(Actor.SYSTEM, new Tenant(id, List.copyOf(Arrays.asList(windows)), maxConcurrent, 1));
        return id;
    }

    private static UsageBudget tokens(long limit) {
        return new UsageBudget(Period.MONTH, OptionalLong.of(limit), OptionalLong.empty());
    }

    private static TenantUsage usage(Client client) {
        return platform.get(UsageReports.class)
                .usage(client.tenant(), Instant.EPOCH, Instant.now().plusSeconds(60));
    }

    private static long used(Client client) {
        return month(client).used();
    }

    private static long reserved(Client client) {
        return month(client).reserved();
    }

    private static TenantUsage.Window month(Client client) {
        return usage(client).windows().stream()
                .filter(window -> window.period() == Period.MONTH)
                .findFirst()
                .orElseThrow();
    }

    private static List<JsonNode> trail(Client client) {
        return platform
                .get(AuditTrail.class)
                .page(0, Optional.of(client.tenant()), Optional.of("completion."), 100)
                .entries()
                .stream()
                .map(entry -> new JsonMapper().readTree(entry.detail()))
                .toList();
    }

    private static JsonNode outcome(Client client) {
        return trail(client).getLast();
    }

    private static long audited(String tenant) {
        return platform.jdbc().sql("""
            SELECT sum((detail ->> 'prompt_tokens')::int + (detail ->> 'completion_tokens')::int) FROM audit_entry
            WHERE tenant = ? AND kind = 'completion.outcome'\
            """).param(tenant).query(Long.class).single();
    }
}
